import { show, useInterface } from '../store/interface.ts';
import type { OutlineChoice } from './outline-choice.ts';

/** What a person chose for the outline: its columns, order and filters. One for all instances of an environment. */
export function useOutlineChoice(): OutlineChoice {
  return useInterface(({ outline }) => outline);
}

export function chooseOutline(change: (from: OutlineChoice) => OutlineChoice): void {
  show({ outline: change(useInterface.getState().outline) });
}
