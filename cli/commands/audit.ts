import { keepHead } from '../../client/audit/heads.ts';
import { type Verification, verifyAnswer, verifyFiles } from '../../client/audit/verify.ts';
import type { AuditAnswer } from '../../protocol/calls.ts';
import { ERRORS, PerchError } from '../../protocol/errors.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import { CONNECTION, command, TARGET } from '../command.ts';
import { type ConnectionOptions, reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
import { dayAndTime } from '../text/figures.ts';
import type { Paint } from '../text/paint.ts';
import { oneLine } from '../text/plain.ts';
import { table } from '../text/table.ts';

export const audit = command({
  args: [
    { name: 'WHAT', does: '`verify`, to check the log instead of printing it; else TARGET.' },
    { ...TARGET, isOptional: true },
  ],
  options: {
    file: {
      kind: 'text',
      value: 'PATH',
      does: 'With verify: a folder or file of a log, and no agent is asked.',
    },
    heads: {
      kind: 'text',
      value: 'FILE',
      does: 'With --file: the heads to hold it against, else those kept here.',
    },
    ...CONNECTION,
  },
  about:
    'Prints every act that was asked of an instance, refused ones too: when, by whom, what, why, its outcome. ' +
    '`perch audit verify TARGET` checks that each record still is what was written and that each one before it is ' +
    'there, and holds the log against every head that came with a receipt to this computer, so that an end which was ' +
    'cut off and a log that was written anew are found too. Exit 7: it is not what it was.',
  json: '{records:[{seq,at,author:{key,name},act,call,target,reason,outcome, previous,hash}], head:{seq,hash}|null, folder, why}; verify: {place, records, heads, headsFound, headsDropped, headsFile, torn:[{file,bytes}], findings:[{kind,seq,words}]}, kind is one of altered, broken, unread, truncated, rewritten; `error` is added when there are findings.',
  examples: ['audit fra-1', 'audit verify fra-1', 'audit verify --file ./copy/tictactoe~fra-1~3f9a2b1c07de'],
  async run({ args, options, out, signal }) {
    const { WHAT, TARGET: target } = args;
    const { file, heads } = options;
    const isVerify = WHAT === 'verify';
    // One place to read from: verify takes a target or a file, a list its target as WHAT.
    if (isVerify ? (target === undefined) === (file === undefined) : (target ?? file) !== undefined)
      throw wrongUse();
    if (file !== undefined) return report(await verifyFiles(file, heads), out);
    const { answer, instance } = await ask(target ?? WHAT, options, out, signal);
    if (isVerify) return report(await verifyAnswer(answer, instance), out);
    // What was seen is held against the log from now on, as what came with a receipt is.
    if (answer.head) await keepHead(instance, answer.head);
    print(answer, out);
    return 0;
  },
});

async function ask(
  target: string,
  options: ConnectionOptions,
  out: Output,
  signal: AbortSignal,
): Promise<{ answer: AuditAnswer; instance: InstanceInfo }> {
  const { session } = await reachTarget(target, options, out, signal);
  try {
    const answer = await session.call('audit', {}, { signal, timeoutMs: options.timeout });
    return { answer, instance: session.hello.instance };
  } finally {
    session.close();
  }
}

function print({ records, head, folder, why }: AuditAnswer, out: Output): void {
  out.document({ records, head, folder, why });
  const rows = records.map(({ at, author, act, target, outcome, reason }) =>
    [dayAndTime(at), author.name || author.key, act, target, outcome, reason].map(oneLine),
  );
  out.text(rows.length > 0 ? table(rows).join('\n') : 'Nobody has asked for an act yet.');
  if (folder === null) out.note(`It is kept in memory only, and ends with the service: ${why}`);
}

function report(verification: Verification, out: Output): number {
  const { findings, records, heads, headsFound, headsDropped, torn, place } = verification;
  const error = new PerchError('AUDIT_CHANGED', `The audit log is not what it was: ${findings[0]?.words}`, {
    findings: findings.length,
  });
  out.document(findings.length > 0 ? { ...verification, error: error.toDocument() } : verification);
  out.text(
    `${place ?? "the agent's memory"}: ${records} records, ${headsFound} of ${heads} kept heads stand in it`,
  );
  if (headsDropped > 0)
    out.text(`${headsDropped} heads are of records that are no longer kept, as the log says itself`);
  for (const { file, bytes } of torn) out.text(`${oneLine(file)} ends in half a record (${bytes} bytes)`);
  for (const line of findingLines(findings, out.paint)) out.text(line);
  if (findings.length === 0) {
    out.text(
      heads === 0
        ? 'Its chain is whole. No head was kept here to hold its end against.'
        : 'It is what it was.',
    );
    return 0;
  }
  out.note(error.mend);
  return ERRORS.AUDIT_CHANGED.exit;
}

/** A log that was cut off lacks every head from there on: the first few say as much as all. `--json` has all. */
export function findingLines(findings: Verification['findings'], paint: Paint): string[] {
  const lines = findings
    .slice(0, MOST_FINDINGS)
    .map(({ kind, words }) => `${paint.trouble(kind)}: ${oneLine(words)}`);
  const more = findings.length - lines.length;
  return more > 0 ? [...lines, `… ${more} more`] : lines;
}

const MOST_FINDINGS = 5;

function wrongUse(): PerchError {
  return new PerchError('BAD_USAGE', 'Expected TARGET, verify TARGET, or verify --file PATH');
}
