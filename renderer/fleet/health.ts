import type { FleetView, InstanceView } from '../../electron/ipc.ts';
import { authorWords } from '../timeline/words.ts';
import { age } from '../ui/format.ts';

export type Severity = 'ok' | 'waiting' | 'warn' | 'bad';

export interface Health {
  /** One or two words beside the dot. */
  word: string;
  severity: Severity;
}

/** An instance's health in words: the worst that was found in it. What was not heard from is never called healthy. */
export function healthOf(instance: InstanceView, now: number, view: FleetView | null): Health {
  const { state, trouble, heardAt } = instance;
  const silentFor = heardAt === null ? '' : ` ${age(now - heardAt)}`;
  switch (state) {
    case 'live':
      if (trouble.blocked > 0) return { word: 'loop blocked', severity: 'bad' };
      return worstIn(view, instance) ?? unlessStraggling(trouble);
    case 'connecting':
      return instance.error
        ? { word: 'not reached', severity: 'warn' }
        : { word: 'connecting', severity: 'waiting' };
    case 'stale':
      return { word: `silent for${silentFor}`, severity: 'warn' };
    case 'reconnecting':
      return { word: `lost${silentFor}${silentFor && ' ago'}`, severity: 'warn' };
    case 'refused':
      return { word: refusedWord(instance), severity: 'bad' };
    case 'host-key-changed':
      return { word: 'host key changed', severity: 'bad' };
    case 'host-key-unknown':
      return { word: 'host key unknown', severity: 'warn' };
    case 'tunnel-off':
      return { word: 'tunnel off', severity: 'waiting' };
    case 'gone':
      return { word: 'gone', severity: 'waiting' };
    case 'closed':
      return { word: 'closed', severity: 'waiting' };
    default:
      return state satisfies never;
  }
}

/** By the rules; findings are ranked. */
function worstIn(view: FleetView | null, { key }: InstanceView): Health | null {
  const worst = view?.findings.find(({ instance }) => instance === key);
  if (!view || !worst) return null;
  const title = view.checked.rules.find(({ id }) => id === worst.rule)?.title ?? worst.rule;
  return { word: title.toLowerCase(), severity: worst.severity === 'failed' ? 'bad' : 'warn' };
}

function unlessStraggling({ stragglers }: InstanceView['trouble']): Health {
  return stragglers > 0 ? { word: 'straggler', severity: 'warn' } : { word: 'healthy', severity: 'ok' };
}

/** Who may act on it just now; empty: nobody. */
export function armedWords({ armed: { mine, others } }: InstanceView): string {
  if (mine) return 'armed';
  const [first, ...more] = others;
  if (!first) return '';
  return `armed: ${authorWords(first.author)}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}

/** What stands in the way of a login; only the agent can refuse a key. */
function refusedWord({ error }: InstanceView): string {
  switch (error?.code) {
    case 'KEY_REFUSED':
      return 'key refused';
    case 'NO_IDENTITY':
      return 'no key';
    case 'BAD_IDENTITY':
      return 'key unusable';
    case 'PASSPHRASE_NEEDED':
      return 'key locked';
    case 'CAPABILITY_MISSING':
      return 'may not observe';
    case 'VERSION_SKEW':
      return 'versions differ';
    default:
      return 'login failed';
  }
}
