import { show } from '../../store/interface.ts';

/** Where the focus was, to give it back. */
let before: Element | null = null;

export function openPalette(): void {
  before = document.activeElement;
  show({ isPaletteOpen: true });
}

/** Once it is closed: before anything else takes the focus, it is where it was. */
export function giveFocusBack(): void {
  if (before instanceof HTMLElement || before instanceof SVGElement) before.focus();
  before = null;
}
