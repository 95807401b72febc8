import { useEffect } from 'react';
import type { Theme } from '../../electron/ipc.ts';
import { ask } from '../bridge.ts';
import { toggleArmed } from '../store/arming.ts';
import { onMenu } from '../store/desk.ts';
import { type InspectorTab, show, useInterface } from '../store/interface.ts';

const TABS: Record<string, InspectorTab> = { '1': 'overview', '2': 'state', '3': 'stack', '4': 'history' };
const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const PANES = [
  '.fleet-tree',
  '.outline, .drawing',
  '.inspector [role="tab"][data-selected]',
  '.timeline-rows',
];

/** Keys that work wherever the focus is, except while typing or in a dialog. */
export function useGlobalKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('.backdrop, .popover')) return;
      if (event.key === 'F6') {
        event.preventDefault();
        focusNextPane(event.shiftKey ? -1 : 1);
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const tab = TABS[event.key];
      if (tab) show({ tab });
      else if (event.key === '/') focusOn('.search input');
      else if (event.key === '?') show({ isSheetOpen: true });
      else if (event.key === 'o') show({ view: 'outline' });
      else if (event.key === 'd') show({ view: 'drawing' });
      else if (event.key === 't') nextTheme();
      else if (event.key === 'a') toggleArmed(useInterface.getState().instance);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

onMenu((item) => {
  if (item === 'keys') show({ isSheetOpen: true });
  else toggleArmed(useInterface.getState().instance);
});

export function nextTheme(): void {
  const theme = NEXT_THEME[useInterface.getState().theme];
  show({ theme });
  void ask('set-theme', { theme });
}

function focusNextPane(step: number): void {
  const panes = PANES.map((selector) => document.querySelector<HTMLElement>(selector)).filter(
    (pane) => pane !== null,
  );
  const at = panes.findIndex(
    (pane) => pane === document.activeElement || pane.contains(document.activeElement),
  );
  panes.at((at + step + (at === -1 && step < 0 ? 1 : 0)) % panes.length)?.focus();
}

function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
