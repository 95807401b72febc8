import { show } from '../store/interface.ts';

/** Puts the focus on the next pane (`data-pane`) as they stand on the screen; -1: on the one before. */
export function focusNextPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter(
    (pane) => doorOf(pane) !== null,
  );
  if (panes.length === 0) return;
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = at === -1 ? (step === 1 ? 0 : panes.length - 1) : (at + step + panes.length) % panes.length;
  doorOf(panes[next]!)?.focus();
}

/** Puts the focus into the pane of this name, where there is something in it to put it on. */
export function focusPane(name: string): void {
  const pane = document.querySelector<HTMLElement>(`[data-pane="${name}"]`);
  if (pane) doorOf(pane)?.focus();
}

/** The search of the page that is shown; of the tree where it has none. */
export function searchHere(): void {
  if (focusSearch()) return;
  show({ page: 'tree' });
  requestAnimationFrame(focusSearch);
}

function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>('.search input');
  field?.focus();
  return field !== null;
}

/** Where the keyboard enters a pane: what it says is its own, else the first thing that takes the focus. */
function doorOf(pane: HTMLElement): HTMLElement | null {
  return pane.querySelector<HTMLElement>(DOORS) ?? pane.querySelector<HTMLElement>(FOCUSABLE);
}

const DOORS =
  '[role="tree"][tabindex="0"], [role="listbox"][tabindex="0"], [role="treegrid"], [role="tab"][data-selected], [role="grid"]';
const FOCUSABLE = 'button:not([disabled]), [href], input:not([disabled]), [tabindex="0"]';
