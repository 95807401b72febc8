import type { Act, ActDocument, Outcome } from '../../protocol/act.ts';
import { asPerchError, ERRORS, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { CONNECTION, type Command, command, NODE, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
import { duration } from '../text/figures.ts';
import { oneLine } from '../text/plain.ts';
import { findNode } from './tree.ts';

export const kill = act('kill', {
  about:
    'Ends one incarnation at once, as a crash would: its supervisor decides what follows, and it counts against ' +
    'the restart intensity. A process gets SIGKILL, a thread is terminated, a task is aborted.',
  examples: [
    'kill fra-1 app/games/7f3a --reason "does it come back?"',
    'kill fra-1 4121 --reason drill --yes --json',
  ],
});

export const stop = act('stop', {
  about:
    'Asks one incarnation to end, as its supervisor would when it shuts it down, and does not count against the ' +
    'restart intensity. A supervised child stays stopped until `perch restart`; a process gets SIGTERM.',
  examples: ['stop fra-1 app/games/7f3a --reason "not needed"'],
});

export const restart = act('restart', {
  about:
    'Stops one incarnation as its supervisor would and starts the next one. It does not count against the restart ' +
    'intensity. A child that a static supervisor was told to stop is started again.',
  examples: ['restart fra-1 app/bots --reason "new settings" --yes'],
});

function act(name: Act, { about, examples }: Pick<Command, 'about' | 'examples'>): Command {
  return command({
    args: [TARGET, NODE],
    options: {
      reason: { kind: 'text', value: 'TEXT', isRequired: true, does: 'Why; it stands in ledger and audit.' },
      yes: { kind: 'flag', does: 'Do not ask. Needed where there is no terminal.' },
      call: {
        kind: 'text',
        value: 'ID',
        does: 'Repeat an earlier call: the same id acts once and gives its outcome again.',
      },
      ...CONNECTION,
    },
    about: `${about} Each phase is shown as it comes; Ctrl-C ends the wait, never the act.`,
    json: '{call, target:{id,lineage,incarnation}, outcome, successor:{id,incarnation}|null, affected:[{id,lineage}], phases:{exitedMs,decidedMs,startedMs,readyMs}}; outcome is one of restarted, not-restarted, escalated, straggler, gone, refused, not-recovered. `error` is added when it is refused or gone, "clock":"client" when the agent died with what was killed.',
    examples,
    async run({ args, options, out, signal }) {
      if (!options.yes && !out.canAsk) {
        throw new PerchError('CONFIRM_NEEDED', `There is no terminal to confirm the ${name} on`);
      }
      checkText('--reason', options.reason, LIMITS.maxReasonChars);
      if (options.call !== undefined) checkText('--call', options.call, 64);
      const { instance, session, connect } = await reachTarget(args.TARGET, options, out, signal);
      try {
        const { node } = await findNode(session, args.NODE, { signal, timeoutMs: options.timeout });
        if (isRoot(node)) out.note(whatRootMeans(name, options.timeout ?? LIMITS.callMs));
        if (!options.yes && !(await confirm(name, node, instance.place.name, out, signal))) {
          throw new PerchError('CANCELLED', 'Nothing was done');
        }
        const { runAct } = await import('../../client/act.ts');
        const document = await runAct(
          {
            act: name,
            node,
            epoch: session.hello.instance.epoch,
            reason: options.reason,
            call: options.call,
            timeoutMs: options.timeout,
          },
          { session, connect, arm: { reason: options.reason, forMs: armFor(options.timeout) } },
          {
            signal,
            onProgress: ({ phase, afterMs, words }) =>
              out.text(`${duration(afterMs).padStart(9)}  ${phase.padEnd(8)}  ${oneLine(words)}`),
          },
        ).catch(sayHowToAskAgain);
        report(document, out);
        return exitCodeOf(document.outcome);
      } finally {
        session.close();
      }
    },
  });
}

/** The session is armed for this one act: as long as it may take, and a moment to ask for it. */
function armFor(timeoutMs: number = LIMITS.callMs): number {
  return Math.min(LIMITS.maxArmMs, timeoutMs + LIMITS.loginMs);
}

function sayHowToAskAgain(thrown: unknown): never {
  const { code, message, facts } = asPerchError(thrown);
  if (code !== 'CANCELLED') throw thrown;
  const call = String(facts.call);
  throw new PerchError(
    'CANCELLED',
    `${message}; the same command with --call ${call} gives its outcome`,
    facts,
  );
}

/** 0 done (also not restarted, as its restart type says) · 4 refused · 5 gone · 6 not recovered. */
export function exitCodeOf(outcome: Outcome): number {
  switch (outcome) {
    case 'restarted':
    case 'not-restarted':
    case 'done':
      return 0;
    case 'refused':
      return ERRORS.PROTECTED.exit;
    case 'gone':
      return ERRORS.GONE.exit;
    case 'escalated':
    case 'straggler':
    case 'not-recovered':
      return NOT_RECOVERED;
  }
}

const NOT_RECOVERED = 6;

function report(document: ActDocument, out: Output): void {
  const { call, target, outcome, successor, affected, phases, clock, error } = document;
  out.document({
    call,
    target,
    outcome,
    successor,
    affected,
    phases: rounded(phases),
    ...(clock === 'client' ? { clock } : {}),
    ...(error ? { error } : {}),
  });
  const word = exitCodeOf(outcome) === 0 ? outcome : out.paint.trouble(outcome);
  const ids = successor ? `  (${target.id} → ${successor.id})` : '';
  out.text(`${word}: ${oneLine(document.words)}${ids}`);
  for (const { id, lineage } of affected) out.text(`  with it: ${oneLine(lineage)} (${id})`);
  if (error) {
    const { code, message, facts } = error;
    if (out.isJson) out.note(`perch: ${message}`);
    out.note(new PerchError(code, message, facts).mend);
  }
}

/** To the microsecond: further digits are noise of the clock. */
function rounded(phases: ActDocument['phases']): ActDocument['phases'] {
  const round = (ms: number | null) => (ms === null ? null : Math.round(ms * 1000) / 1000);
  const { exitedMs, decidedMs, startedMs, readyMs } = phases;
  return {
    exitedMs: round(exitedMs),
    decidedMs: round(decidedMs),
    startedMs: round(startedMs),
    readyMs: round(readyMs),
  };
}

function isRoot(node: TreeNode): boolean {
  return node.kind === 'process' && node.parent === null;
}

function whatRootMeans(name: Act, timeoutMs: number): string {
  return (
    `This is the service's own process: everything in it ends, its agent too. After the ${name} the instance is ` +
    `waited for up to ${duration(timeoutMs)}; who starts it again is up to what runs it.`
  );
}

async function confirm(
  name: Act,
  node: TreeNode,
  place: string,
  out: Output,
  signal: AbortSignal,
): Promise<boolean> {
  const what = `${oneLine(node.lineage)} #${node.incarnation} (${node.id}) on ${oneLine(place)}`;
  const answer = await out.ask(`${name} ${what}? [y/N] `, { signal });
  return /^y(es)?$/i.test(answer.trim());
}

function checkText(option: string, text: string, maxChars: number): void {
  if (text.trim() === '') throw new PerchError('BAD_USAGE', `${option} is empty`);
  if (text.length > maxChars) {
    throw new PerchError('BAD_USAGE', `${option} is longer than ${maxChars} characters`);
  }
}
