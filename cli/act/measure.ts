import type { Probe, WatchedTree } from '../../client/experiment/probe.ts';
import type { Instance } from '../../client/instance.ts';
import type { ActDocument, ActProgress } from '../../protocol/act.ts';
import { ERRORS, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Reached } from '../connection.ts';

/** What `--probe` and its like settle. */
export interface MeasureOptions {
  probe?: string[];
  'probe-every'?: number;
  hold?: number;
  timeout?: number;
}

export const PROBE_EVERY_MS = 50;
export const HOLD = 3;

export interface Measure {
  /** Carries out an act, measured by the probes where there are any. */
  run(
    act: (onProgress?: (step: ActProgress) => void) => Promise<ActDocument>,
    signal?: AbortSignal,
  ): Promise<ActDocument>;
  close(): void;
}

/** Throws BAD_USAGE for a probe that cannot be read, before anything is connected. */
export async function readProbes(texts: readonly string[] = []): Promise<(tree: WatchedTree) => Probe[]> {
  const { probeOf } = await import('../../client/experiment/probe.ts');
  for (const text of texts) probeOf(text, () => null);
  return (tree) => texts.map((text) => probeOf(text, tree));
}

/** Conditions on the tree are asked of a tree that is watched beside the act, over a connection of its own. */
export async function openMeasure(
  reached: Reached,
  options: MeasureOptions,
  probesOf: (tree: WatchedTree) => Probe[],
  signal: AbortSignal,
): Promise<Measure> {
  const { probe = [], hold = HOLD, timeout = LIMITS.callMs } = options;
  if (probe.length === 0) return { run: (act) => act(), close: () => {} };
  const { isUrl } = await import('../../client/experiment/http-probe.ts');
  const { measureRecovery } = await import('../../client/experiment/recovery.ts');
  const { systemClock } = await import('../../client/clock.ts');
  const instance = probe.every(isUrl) ? null : await watchInstance(reached, timeout, signal);
  const tree: WatchedTree = () => (instance?.state === 'live' ? instance.mirror.nodes : null);
  const plan = {
    probes: probesOf(tree),
    everyMs: options['probe-every'] ?? PROBE_EVERY_MS,
    hold,
    timeoutMs: timeout,
  };
  return {
    run: (act, runSignal) => measureRecovery(plan, act, { clock: systemClock, signal: runSignal }),
    close: () => instance?.close(),
  };
}

/** The session is armed for one act: as long as it may take, and a moment to ask for it. */
export function armFor(timeoutMs: number = LIMITS.callMs): number {
  return Math.min(LIMITS.maxArmMs, timeoutMs + LIMITS.loginMs);
}

async function watchInstance(
  { instance: { key, place }, connect }: Reached,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Instance> {
  const { Instance } = await import('../../client/instance.ts');
  const instance = new Instance({ key, place, connect });
  try {
    await new Promise<void>((resolve, reject) => {
      const late = new PerchError('TIMEOUT', `The tree for the probes did not come within ${timeoutMs} ms`);
      const timer = setTimeout(() => reject(late), timeoutMs);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        end();
      };
      instance.once('tree', () => settle(resolve));
      instance.on('state', () => {
        const { error } = instance;
        if (error && ERRORS[error.code].exit === ERRORS.KEY_REFUSED.exit) settle(() => reject(error));
      });
      signal.addEventListener(
        'abort',
        () => settle(() => reject(new PerchError('CANCELLED', 'Nothing was done'))),
        {
          once: true,
        },
      );
      instance.start();
    });
    return instance;
  } catch (thrown) {
    instance.close();
    throw thrown;
  }
}
