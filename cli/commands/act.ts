import type { Act, ActProgress } from '../../protocol/act.ts';
import { PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { ASKED, checkAsked, confirm, sayHowToAskAgain } from '../act/ask.ts';
import { dryRun, foretell } from '../act/dry-run.ts';
import {
  armFor,
  HOLD,
  type MeasureOptions,
  openMeasure,
  PROBE_EVERY_MS,
  readProbes,
} from '../act/measure.ts';
import { exitCodeOf, phaseText, report } from '../act/outcome.ts';
import { runActs } from '../act/series.ts';
import { CONNECTION, type Command, command, NODE, type OptionSpec, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
import { duration } from '../text/figures.ts';
import { findNode } from './tree.ts';

const EVERY_ACT = {
  reason: {
    kind: 'text',
    value: 'TEXT',
    isRequired: true,
    unless: 'dry-run',
    does: 'Why; it stands in ledger and audit.',
  },
  'dry-run': {
    kind: 'flag',
    does: 'Say what it would do and do nothing: who stops, who is started, the budget after, who would give up.',
  },
  ...ASKED,
} as const satisfies Record<string, OptionSpec>;

const MEASURED = {
  probe: {
    kind: 'texts',
    value: 'URL|CONDITION',
    does:
      'Measure until this holds again: a URL that answers 200 to 399, or a condition on the tree ' +
      '("app backlog<10", "main loopDelayMs<50 and status=running"). May be given several times.',
  },
  'probe-every': {
    kind: 'integer',
    value: 'MS',
    min: 10,
    max: 60_000,
    does: `How often each probe is asked; ${PROBE_EVERY_MS} unless told.`,
  },
  hold: {
    kind: 'integer',
    value: 'K',
    min: 1,
    max: 1000,
    does: `How many answers in a row must hold, before the kill and after it; ${HOLD} unless told.`,
  },
  times: {
    kind: 'integer',
    value: 'N',
    min: 1,
    max: 10_000,
    does: "Kill the lineage's incarnation of the moment so often, each after the recovery of the one before.",
  },
  every: {
    kind: 'integer',
    value: 'MS',
    min: 1,
    max: 3_600_000,
    does: 'With --times: the beats on which a kill may begin; 1000 unless told.',
  },
} as const satisfies Record<string, OptionSpec>;

export const kill = act('kill', {
  about:
    'Ends one incarnation at once, as a crash would: its supervisor decides what follows, and it counts against ' +
    'the restart intensity. A process gets SIGKILL, a thread is terminated, a task is aborted.',
  examples: [
    'kill fra-1 app/games/7f3a --reason "does it come back?"',
    'kill fra-1 4121 --reason drill --yes --json',
    'kill fra-1 app/games/7f3a --dry-run',
    'kill fra-1 app/scores --reason drill --probe http://127.0.0.1:8401/',
    'kill fra-1 games/7f3a --reason drill --probe "app/games backlog<10"',
    'kill fra-1 games/7f3a --reason drill --yes --times 100 --every 500',
  ],
  more: MEASURED,
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

type ActOptions = Parameters<typeof reachTarget>[1] &
  MeasureOptions & {
    reason: string;
    yes: boolean;
    'dry-run': boolean;
    call?: string;
    times?: number;
    every?: number;
  };

function act(
  name: Act,
  { about, examples, more = {} }: Pick<Command, 'about' | 'examples'> & { more?: Record<string, OptionSpec> },
): Command {
  return command({
    args: [TARGET, NODE],
    options: { ...EVERY_ACT, ...more, ...CONNECTION },
    about: `${about} Each phase is shown as it comes; Ctrl-C ends the wait, never the act.`,
    json:
      '{call, act, target:{id,lineage,incarnation}, outcome, words, successor:{id,incarnation}|null, affected:[{id,lineage}], phases:{exitedMs,decidedMs,startedMs,readyMs}, budget:{by,intensity,periodMs,before,after}, untouched:{same,of}}; outcome is one of restarted, not-restarted, escalated, straggler, gone, refused, not-recovered. `lost` is added where something was handed over that a successor followed, `lostAlong` for workers that ended with it, `error` when it is refused or gone, "clock":"client" when the agent died with what was killed. With --dry-run the preview of docs/protocol.md.' +
      (Object.hasOwn(more, 'probe')
        ? ' With --probe `phases.recoveredMs` and `probes`; with --times {acts:[…], distribution:{n,notRecovered,withinMs,samplesMs,p50,p95,max}, endedEarly}.'
        : ''),
    examples,
    async run({ args, options: given, out, signal }) {
      const options = given as unknown as ActOptions;
      if (options['dry-run']) return dryRun(name, args, options, { out, signal });
      check(name, options, out);
      const probesOf = await readProbes(options.probe);
      const reached = await reachTarget(args.TARGET, options, out, signal);
      const { instance, session, connect } = reached;
      try {
        const { node } = await findNode(session, args.NODE, { signal, timeoutMs: options.timeout });
        if (isRoot(node)) out.note(whatRootMeans(name, options.timeout ?? LIMITS.callMs));
        if (!options.yes) await foretell(session, name, node, { signal, timeoutMs: options.timeout }, out);
        const what = options.times === undefined ? '' : `, ${options.times} times`;
        if (!options.yes && !(await confirm(name, node, `${instance.place.name}${what}`, out, signal))) {
          throw new PerchError('CANCELLED', 'Nothing was done');
        }
        const measure = await openMeasure(reached, options, probesOf, signal);
        try {
          const { reason, timeout: timeoutMs, call, times, every: everyMs = EVERY_MS } = options;
          if (times !== undefined) {
            const plan = { act: name, reason, times, everyMs, timeoutMs };
            return await runActs(reached, node.lineage, measure, plan, { out, signal });
          }
          const { runAct } = await import('../../client/act.ts');
          const request = { act: name, node, epoch: session.hello.instance.epoch, reason, call, timeoutMs };
          const link = { session, connect, arm: { reason, forMs: armFor(timeoutMs) } };
          const document = await measure
            .run((told) => {
              const onProgress = (step: ActProgress) => {
                told?.(step);
                out.text(phaseText(step));
              };
              return runAct(request, link, { signal, onProgress });
            }, signal)
            .catch(sayHowToAskAgain);
          report(document, out);
          return exitCodeOf(document.outcome);
        } finally {
          measure.close();
        }
      } finally {
        session.close();
      }
    },
  });
}

const EVERY_MS = 1000;

function check(name: Act, options: ActOptions, out: Output): void {
  checkAsked(name, options, out);
  if (options.call !== undefined && options.times !== undefined) {
    throw new PerchError('BAD_USAGE', '--call names one act; with --times each has an id of its own');
  }
  if (options.every !== undefined && options.times === undefined) {
    throw new PerchError('BAD_USAGE', '--every goes with --times');
  }
  for (const name of ['probe-every', 'hold'] as const) {
    if (options[name] !== undefined && options.probe === undefined) {
      throw new PerchError('BAD_USAGE', `--${name} goes with --probe`);
    }
  }
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
