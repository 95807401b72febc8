import type { Beam, Log } from './beam.ts';
import { canonical } from './canonical.ts';
import { isSame, tell } from './compare.ts';
import type { Scenario } from './scenario.ts';
import { type Decisions, runOurs } from './world.ts';
import { scenario, startChild, worker } from './written.ts';

/** Where we differ from OTP on purpose, and random scenarios do not go; with what each side does at the last step. */
interface Difference {
  /** Of its paragraph in docs/supervision.md. */
  heading: string;
  scenario: Scenario;
  otp: string[];
  ours: string[];
}

/** A closed list: a difference that is neither here nor in reconcile.ts or canonical.ts is a fault. */
const DIFFERENCES: readonly Difference[] = [
  {
    heading: '`shutdown` and `kill` do not wait for what is under way.',
    scenario: scenario({}, [
      { do: 'starting', path: 'r/a', how: 'crash', inner: [{ do: 'exit', path: 'r', how: 'shutdown' }] },
    ]),
    otp: [
      ...['end r/a#1 crash', 'start r/a#2', 'held r/a#2', 'released r/a#2'],
      ...['stop r/a#2', 'end r/a#2 shutdown', 'end r#1 shutdown'],
    ],
    ours: ['end r/a#1 crash', 'start r/a#2', 'held r/a#2', 'end r/a#2 shutdown', 'end r#1 shutdown'],
  },
  {
    heading: 'Time is milliseconds.',
    scenario: scenario({ periodS: 1 }, [
      { do: 'align', ms: 200 },
      { do: 'exit', path: 'r/a', how: 'crash' },
      { do: 'wait', seconds: 1.4 },
      { do: 'exit', path: 'r/a', how: 'crash' },
    ]),
    otp: ['end r/a#2 crash', 'gives-up r#1', 'end r#1 shutdown'],
    ours: ['end r/a#2 crash', 'start r/a#3', 'which r r/a#3', 'count r 1 1 0 1'],
  },
  {
    heading: 'Dynamic children have ids',
    scenario: scenario({ strategy: 'dynamic' }, [startChild('k'), startChild('k')]),
    otp: ['start r/k#2', 'reply 2 ok', 'which r r/k#1 r/k#2', 'count r 1 2 0 2'],
    ours: ['reply 2 already_started', 'which r r/k#1', 'count r 1 1 0 1'],
  },
  {
    heading: 'A child that was terminated is not counted.',
    scenario: scenario(
      { strategy: 'dynamic', intensity: 9 },
      [
        startChild('k'),
        startChild('l'),
        {
          do: 'suspended',
          supervisor: 'r',
          inner: [
            { do: 'exit', path: 'r/k', how: 'crash' },
            { do: 'terminate-child', supervisor: 'r', id: 'k' },
          ],
        },
      ],
      [{ path: 'r/k', attempt: 2, outcome: 'fail' }],
    ),
    otp: ['end r/k#1 crash', 'start r/k#2', 'reply 3.2 ok', 'which r r/l#1', 'count r 1 0 0 1'],
    ours: ['end r/k#1 crash', 'start r/k#2', 'reply 3.2 ok', 'which r r/l#1', 'count r 1 1 0 1'],
  },
  {
    heading: 'No `ignore`',
    scenario: scenario(
      {
        children: [worker('a', { restart: 'transient' }), worker('b', { restart: 'temporary' }), worker('c')],
      },
      [],
      [
        { path: 'r/a', attempt: 1, outcome: 'ignore' },
        { path: 'r/b', attempt: 1, outcome: 'ignore' },
      ],
    ),
    otp: [
      'start r#1',
      'start r/a#1',
      'start r/b#1',
      'start r/c#1',
      'ready r#1',
      'which r r/a=undefined r/c#1',
      'count r 2 1 0 2',
    ],
    ours: [
      ...['start r#1', 'start r/a#1', 'end r/a#1 normal', 'start r/b#1', 'end r/b#1 normal', 'start r/c#1'],
      ...['ready r#1', 'which r r/a=undefined r/c#1', 'count r 2 1 0 2'],
    ],
  },
  {
    heading: 'No `ignore`',
    scenario: scenario(
      {},
      [startChild('x', { restart: 'temporary' })],
      [{ path: 'r/x', attempt: 1, outcome: 'ignore' }],
    ),
    otp: ['start r/x#1', 'reply 1 ok', 'which r r/a#1', 'count r 1 1 0 1'],
    ours: ['start r/x#1', 'end r/x#1 normal', 'reply 1 ok', 'which r r/a#1', 'count r 1 1 0 1'],
  },
  {
    heading: 'No `ignore`',
    scenario: scenario(
      { strategy: 'dynamic', children: [worker('a', { restart: 'transient' })] },
      [startChild('k')],
      [{ path: 'r/k', attempt: 1, outcome: 'ignore' }],
    ),
    otp: ['start r/k#1', 'reply 1 ok', 'which r', 'count r 1 0 0 0'],
    ours: ['start r/k#1', 'end r/k#1 normal', 'reply 1 ok', 'which r', 'count r 1 0 0 0'],
  },
  {
    heading: 'Children are listed at once, in start order.',
    scenario: scenario(
      { intensity: 9 },
      [
        {
          do: 'suspended',
          supervisor: 'r',
          inner: [
            { do: 'exit', path: 'r/a', how: 'crash' },
            { do: 'look', supervisor: 'r' },
          ],
        },
      ],
      [{ path: 'r/a', attempt: 2, outcome: 'fail' }],
    ),
    otp: [
      ...['end r/a#1 crash', 'start r/a#2', 'reply 1.2 a=restarting', 'start r/a#3'],
      ...['which r r/a#3', 'count r 1 1 0 1'],
    ],
    ours: [
      ...['end r/a#1 crash', 'reply 1.2 a=running', 'start r/a#2', 'start r/a#3'],
      ...['which r r/a#3', 'count r 1 1 0 1'],
    ],
  },
];

/** Met by random scenarios (tally.ts demands it), so not shown here. */
const MET_AT_RANDOM = ['A killed supervisor takes all below it along'];
/** What no supervisor decides: the hosts, the API and its names. */
const NOT_DECIDED = [
  'Kill of a task is cooperative.',
  'A stop act can restart',
  '`auto_shutdown` is `autoShutdown`',
  'An outermost supervisor that gives up ends its tree, not the program',
  'No code change, no global names.',
];

/** The paragraphs that docs/supervision.md has to have about differences, neither more nor less. */
export const HEADINGS: ReadonlySet<string> = new Set([
  ...DIFFERENCES.map(({ heading }) => heading),
  ...MET_AT_RANDOM,
  ...NOT_DECIDED,
]);

export const DIFFERENCE_COUNT = DIFFERENCES.length;

/** Whatever of the list is not as it says, on OTP or here, in words. */
export async function wrongDifferences(beam: Beam, decisions: Decisions): Promise<string[]> {
  const wrong = await Promise.all(
    DIFFERENCES.map(async ({ heading, scenario: each, otp, ours }) => {
      const theirs = canonical((await beam.run(each)).log, each, 'otp');
      const own = canonical(runOurs(each, decisions), each, 'ours');
      const isAsListed = (log: Log, last: string[]) => isSame(log.at(-1), last);
      // Up to there nothing differs.
      if (isSame(theirs.slice(0, -1), own.slice(0, -1)) && isAsListed(theirs, otp) && isAsListed(own, ours))
        return [];
      return [
        `intended difference "${heading}" is not as listed:\n${tell({ scenario: each, otp: theirs, ours: own })}`,
      ];
    }),
  );
  return wrong.flat();
}
