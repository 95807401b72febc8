import type { TreeNode } from '../../protocol/tree.ts';
import type { Instance } from '../instance.ts';
import { checkInstance, ranked } from './check.ts';
import type { Finding, Seen } from './finding.ts';
import { ofNote } from './of-note.ts';

/** Between two looks at an instance that goes on as before: a person sees no faster, and a tree may be large. */
const LOOK_MS = 500;

interface Kept {
  at: number;
  /** What makes a new look due at once. */
  state: string;
  findings: Finding[];
}

/** Looks at the instances of a fleet again and again, and remembers since when what it found is so. */
export class FleetCheck {
  #kept = new Map<string, Kept>();
  #before = new Map<string, Finding>();

  /** What is wrong with them now, ranked. */
  look(instances: readonly Instance[], now: number): Finding[] {
    const all = instances.map(seenOf);
    const kept = new Map<string, Kept>();
    for (const seen of all) {
      const state = `${seen.state} ${seen.failing?.error.code ?? ''}`;
      const known = this.#kept.get(seen.key);
      const isFresh = known && known.state === state && now - known.at < LOOK_MS && now >= known.at;
      const look = { now, all, before: this.#before };
      kept.set(
        seen.key,
        isFresh ? known : { at: now, state, findings: this.#dated(checkInstance(seen, look), now) },
      );
    }
    this.#kept = kept;
    const findings = [...kept.values()].flatMap((each) => each.findings);
    this.#before = new Map(findings.map((each) => [each.id, each]));
    return ranked(findings);
  }

  /** Where nothing tells since when, it is since it was first seen. */
  #dated(findings: Finding[], now: number): Finding[] {
    return findings.map((each) =>
      each.since === null ? { ...each, since: this.#before.get(each.id)?.since ?? now } : each,
    );
  }
}

/** An instance as the rules look at it. */
export function seenOf(instance: Instance): Seen {
  const { key, place, state, failing, heardAt, hello, mirror, events, aheadMs } = instance;
  const info = hello?.instance ?? null;
  // Only when a rule looks: an instance is not looked at each time.
  let noted: TreeNode[] | null = null;
  return {
    key,
    environment: place.environment,
    service: place.service || (info?.service ?? ''),
    state,
    failing,
    heardAt,
    info,
    get nodes() {
      noted ??= ofNote(mirror.nodes.values());
      return noted;
    },
    events,
    aheadMs,
  };
}
