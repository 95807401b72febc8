import type { TreeNode } from '../../protocol/tree.ts';
import { parseCondition, whyNot } from './condition.ts';
import { httpProbe, isUrl } from './http-probe.ts';

/** A question about the service as it is just now. */
export interface Probe {
  /** As it was written. */
  text: string;
  /** Why it does not hold; null when it does. Never rejects. */
  ask(signal: AbortSignal): Promise<string | null>;
}

/** The tree as it is known just now; null while there is no connection. */
export type WatchedTree = () => ReadonlyMap<string, TreeNode> | null;

/** A URL is asked over HTTP, anything else is a condition on the tree. Throws BAD_USAGE naming the column. */
export function probeOf(text: string, tree: WatchedTree): Probe {
  if (isUrl(text)) return { text, ask: httpProbe(text) };
  const condition = parseCondition(text);
  return {
    text,
    async ask() {
      const nodes = tree();
      return nodes ? whyNot(condition, nodes) : 'not connected';
    },
  };
}
