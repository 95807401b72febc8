import { finding, isHeard, type Rule, type Seen } from './finding.ts';

/** What behaves differently in one place than in the others is often just another version. */
export const versionSkew: Rule = {
  id: 'version-skew',
  title: 'Version skew',
  looksFor: 'instances of one service with other versions of Node or of the agent than the rest',
  find(seen, { all }) {
    const { failing, info } = seen;
    if (failing?.error.code === 'VERSION_SKEW') {
      const { error, since } = failing;
      return [
        finding('version-skew', seen, null, {
          severity: 'failed',
          since,
          sentence: error.message,
          tab: 'overview',
        }),
      ];
    }
    if (!info || !isHeard(seen)) return [];
    const rest = all.filter(
      (other) =>
        other !== seen &&
        other.environment === seen.environment &&
        other.service === seen.service &&
        isHeard(other),
    );
    const words = (['agent', 'node'] as const).flatMap((what) => {
      const usual = usualOf([seen, ...rest], what);
      return usual === null || usual === info[what]
        ? []
        : [`${WORDS[what]} ${info[what]}, where most of ${seen.service} have ${usual}`];
    });
    if (words.length === 0) return [];
    return [
      finding('version-skew', seen, null, {
        severity: 'warning',
        since: info.startedAt - seen.aheadMs,
        sentence: `It runs with ${words.join(', and ')}`,
        tab: 'overview',
      }),
    ];
  },
};

const WORDS = { agent: 'agent', node: 'Node' } as const;

/** What most of them have; of as many the highest: those below it are behind. */
function usualOf(instances: readonly Seen[], what: 'agent' | 'node'): string | null {
  const counts = new Map<string, number>();
  for (const { info } of instances) if (info) counts.set(info[what], (counts.get(info[what]) ?? 0) + 1);
  const [usual] = [...counts].sort(
    ([a, countA], [b, countB]) => countB - countA || b.localeCompare(a, 'en', { numeric: true }),
  );
  return usual?.[0] ?? null;
}
