/** What a key event must have been for a chord such as `Shift+F6` or `Mod+K`. */
export interface Chord {
  /** Ctrl; on a Mac Command. */
  isMod: boolean;
  isAlt: boolean;
  isShift: boolean;
  /** As KeyboardEvent.key; a letter is upper case. */
  key: string;
}

export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export function readChord(text: string): Chord {
  // The plus sign is a key too.
  const parts = text === '+' ? ['+'] : text.split(/\+(?=.)/);
  const key = parts.at(-1)!;
  return {
    isMod: parts.includes('Mod'),
    isAlt: parts.includes('Alt'),
    isShift: parts.includes('Shift'),
    key,
  };
}

export function isPressed(chord: Chord, event: KeyPress, isMac: boolean): boolean {
  const [isMod, isOther] = isMac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (isMod !== chord.isMod || isOther || event.altKey !== chord.isAlt) return false;
  // Of a sign such as `?` nobody knows whether it needs Shift on this keyboard.
  const isSign = chord.key.length === 1 && !/[A-Z]/.test(chord.key);
  return (isSign || event.shiftKey === chord.isShift) && keyOf(event) === chord.key;
}

/** A letter by its place where the keyboard writes another script. */
function keyOf({ key, code }: KeyPress): string {
  const isForeign = key.length === 1 && key.charCodeAt(0) > 127 && /^Key[A-Z]$/.test(code);
  return isForeign ? code.slice(3) : key.length === 1 ? key.toUpperCase() : key;
}

/** The chord as people read it, one word a key: `Ctrl`, `P`; on a Mac `⌘`, `P`. */
export function chordWords(text: string, isMac: boolean): string[] {
  const { isMod, isAlt, isShift, key } = readChord(text);
  return [
    ...(isMod ? [isMac ? '⌘' : 'Ctrl'] : []),
    ...(isAlt ? [isMac ? '⌥' : 'Alt'] : []),
    ...(isShift ? [isMac ? '⇧' : 'Shift'] : []),
    NAMES[key] ?? key,
  ];
}

const NAMES: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Delete: 'Del',
  Escape: 'Esc',
  '-': '−',
};

/** As `aria-keyshortcuts` wants it. */
export function ariaChord(text: string, isMac: boolean): string {
  return text.replace('Mod', isMac ? 'Meta' : 'Control');
}

export const isMac = typeof navigator !== 'undefined' && /^Mac/.test(navigator.platform);
