import type { Theme } from '../../electron/ipc.ts';
import { ask } from '../bridge.ts';
import { show, useInterface } from '../store/interface.ts';

const NEXT_THEME: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

export function nextTheme(): void {
  const theme = NEXT_THEME[useInterface.getState().theme];
  show({ theme });
  void ask('set-theme', { theme });
}
