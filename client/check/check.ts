import type { Finding, Look, Rule, Seen } from './finding.ts';
import { RULES } from './rules.ts';
import { THRESHOLDS } from './thresholds.ts';

/** What is wrong with one instance, by all rules; not ranked. */
export function checkInstance(seen: Seen, look: Look): Finding[] {
  return RULES.flatMap((rule) => atMost(rule, rule.find(seen, look)));
}

/** Ranks what was found: failed before warning, then by the order of the rules, then what has lasted longest. */
export function ranked(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) =>
      Number(a.severity === 'warning') - Number(b.severity === 'warning') ||
      RANK.get(a.rule)! - RANK.get(b.rule)! ||
      (a.since ?? Number.POSITIVE_INFINITY) - (b.since ?? Number.POSITIVE_INFINITY) ||
      (a.id < b.id ? -1 : 1),
  );
}

const RANK = new Map(RULES.map(({ id }, index) => [id, index]));

/** The worst and oldest of one rule, and how many more there are. */
function atMost({ id, title }: Rule, findings: Finding[]): Finding[] {
  const most = THRESHOLDS.maxOfOneRule;
  if (findings.length <= most) return findings;
  const sorted = ranked(findings);
  const [first] = sorted;
  const more: Finding = {
    ...first!,
    id: `${id} ${first!.instance} more`,
    lineage: null,
    node: null,
    sentence: `${findings.length - most + 1} more of the same: ${title.toLowerCase()}`,
    since: null,
  };
  return [...sorted.slice(0, most - 1), more];
}
