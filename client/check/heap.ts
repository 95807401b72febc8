import { usableHeapMb } from '../../protocol/heap.ts';
import { finding, isHeard, type Rule } from './finding.ts';
import { THRESHOLDS } from './thresholds.ts';

const MB = 1024 ** 2;
const { heapWarning, heapFailed, heapOver } = THRESHOLDS;

/** A heap at its limit ends its process, whatever the supervisors in it would do. */
export const heap: Rule = {
  id: 'heap',
  title: 'Heap near its limit',
  looksFor: `heaps that fill ${Math.round(heapWarning * 100)} % of what they may grow to, or more`,
  find(seen, { before }) {
    if (!isHeard(seen)) return [];
    return seen.nodes.flatMap((node) => {
      const { heapUsedBytes, heapLimitBytes } = node.metrics;
      if (node.endedAt !== null || heapUsedBytes === undefined || !heapLimitBytes) return [];
      const mostMb = usableHeapMb(heapLimitBytes / MB, seen.info?.node ?? null);
      const share = Math.min(1, heapUsedBytes / MB / mostMb);
      if (share < heapOver) return [];
      const found = finding('heap', seen, node, {
        severity: share >= heapFailed ? 'failed' : 'warning',
        since: null,
        sentence: `Its heap holds ${Math.floor(share * 100)} % of the ${megabytes(mostMb)} it may grow to`,
        tab: 'overview',
      });
      return share >= heapWarning || before?.has(found.id) ? [found] : [];
    });
  },
};

function megabytes(count: number): string {
  return count < 1024 ? `${Math.round(count)} MB` : `${(count / 1024).toFixed(1)} GB`;
}
