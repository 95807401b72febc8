import { useEffect } from 'react';
import { onMenu } from '../store/desk.ts';
import { say } from '../ui/said.tsx';
import { type Chord, isMac, isPressed, type KeyPress, readChord } from './chord.ts';
import type { Command } from './command.ts';
import { COMMANDS, commandOf } from './commands.ts';

/** Makes the keys of the table work, wherever the focus is. */
export function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const command = commandFor(event, paneOf(event.target), isTyping(event.target));
      if (!command || isCovered(command)) return;
      event.preventDefault();
      perform(command);
    };
    // The two side buttons of a mouse.
    const onMouseUp = (event: MouseEvent) => {
      const id = event.button === 3 ? 'back' : event.button === 4 ? 'forward' : null;
      if (id === null) return;
      event.preventDefault();
      perform(commandOf(id));
    };
    document.addEventListener('keydown', onKeyDown);
    document.addEventListener('mouseup', onMouseUp);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
      document.removeEventListener('mouseup', onMouseUp);
    };
  }, []);
}

onMenu((item) => perform(commandOf(item)));

/** What a dialog or a menu asks is answered first. */
function isCovered({ isAnywhere }: Command): boolean {
  return !isAnywhere && document.querySelector('.backdrop, .popover') !== null;
}

/** Does it; or says why it cannot be had just now. */
function perform(command: Command | undefined): void {
  if (command && isCovered(command)) return;
  const offer = command?.isOffered();
  if (offer === true) command?.run();
  else if (command && typeof offer === 'string') say(`${command.title.replace('…', '')}: ${offer}`);
}

/** The command that a key press asks for; of two that share a key (suspend, resume) the one that means something. */
export function commandFor(event: KeyPress, pane: string | null, isTyping: boolean): Command | undefined {
  const asked = CHORDS.filter(
    ({ chord, command }) =>
      isPressed(chord, event, isMac) &&
      (command.panes === undefined || (pane !== null && command.panes.includes(pane))) &&
      (!isTyping || isNoText(chord)),
  ).map(({ command }) => command);
  return (
    asked.find((command) => command.isOffered() === true) ?? asked.find((each) => each.isOffered() !== false)
  );
}

const CHORDS: readonly { chord: Chord; command: Command }[] = COMMANDS.flatMap((command) =>
  command.keys.map((key) => ({ chord: readChord(key), command })),
);

/** What a text field does nothing with. */
function isNoText({ isMod, key }: Chord): boolean {
  return isMod || /^F\d+$/.test(key);
}

function paneOf(target: EventTarget | null): string | null {
  return target instanceof Element
    ? (target.closest<HTMLElement>('[data-pane]')?.dataset.pane ?? null)
    : null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
