import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { OptionSpec } from '../command.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../text/plain.ts';

/** What every act takes. */
export const ASKED = {
  yes: { kind: 'flag', does: 'Do not ask. Needed where there is no terminal.' },
  call: {
    kind: 'text',
    value: 'ID',
    does: 'Repeat an earlier call: the same id acts once and gives its outcome again.',
  },
} as const satisfies Record<string, OptionSpec>;

export const REASON = {
  reason: { kind: 'text', value: 'TEXT', isRequired: true, does: 'Why; it stands in ledger and audit.' },
} as const satisfies Record<string, OptionSpec>;

export interface AskedOptions {
  yes: boolean;
  reason: string;
  call?: string;
}

/** Throws CONFIRM_NEEDED and BAD_USAGE, before anybody is connected to. */
export function checkAsked(name: string, { yes, reason, call }: AskedOptions, out: Output): void {
  if (!yes && !out.canAsk) {
    throw new PerchError('CONFIRM_NEEDED', `There is no terminal to confirm the ${name} on`);
  }
  checkText('--reason', reason, LIMITS.maxReasonChars);
  if (call !== undefined) checkText('--call', call, 64);
}

/** Asks at the terminal. `place` names the instance. */
export async function confirm(
  name: string,
  node: TreeNode,
  place: string,
  out: Output,
  signal: AbortSignal,
): Promise<boolean> {
  const what = `${oneLine(node.lineage)} #${node.incarnation} (${node.id}) on ${oneLine(place)}`;
  const answer = await out.ask(`${name} ${what}? [y/N] `, { signal });
  return /^y(es)?$/i.test(answer.trim());
}

/** Adds to a wait that was ended how its outcome can be had. */
export function sayHowToAskAgain(thrown: unknown): never {
  const { code, message, facts } = asPerchError(thrown);
  if (code !== 'CANCELLED' || facts.call === undefined) throw thrown;
  const call = String(facts.call);
  throw new PerchError(
    'CANCELLED',
    `${message}; the same command with --call ${call} gives its outcome`,
    facts,
  );
}

function checkText(option: string, text: string, maxChars: number): void {
  if (text.trim() === '') throw new PerchError('BAD_USAGE', `${option} is empty`);
  if (text.length > maxChars) {
    throw new PerchError('BAD_USAGE', `${option} is longer than ${maxChars} characters`);
  }
}
