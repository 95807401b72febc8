import type { Finding, Seen } from '../../client/check/finding.ts';
import { RULES } from '../../client/check/rules.ts';
import type { FleetInstance } from '../../client/fleet/fleet.ts';
import { age, clockTime } from './figures.ts';
import type { Paint } from './paint.ts';
import { oneLine } from './plain.ts';
import { table } from './table.ts';

/** Each finding in two lines, the second one the command to go on with; then what was looked at. */
export function checkText(
  looked: readonly { instance: FleetInstance; seen: Seen }[],
  findings: readonly Finding[],
  paint: Paint,
  now: number,
): string[] {
  const byKey = new Map(looked.map(({ instance }) => [instance.key, instance]));
  const heads = table(findings.map((each) => headOf(each, byKey.get(each.instance)!, paint, now)));
  const lines = findings.flatMap((each, index) => {
    const command = commandFor(each, byKey.get(each.instance)!);
    return [
      heads[index]!,
      `  ${oneLine(each.sentence)}.`,
      ...(command === null ? [] : [paint.faint(`  perch ${command}`)]),
    ];
  });
  const checked = looked.filter(({ seen }) => seen.state === 'live').length;
  const ofAll = checked === looked.length ? '' : ` of ${looked.length}`;
  const instances = `${checked}${ofAll} ${looked.length === 1 ? 'instance' : 'instances'}`;
  if (findings.length > 0) return [...lines, '', `${countWords(findings)}; ${instances} could be checked.`];
  return [
    `Nothing is wrong. ${instances} checked for`,
    ...RULES.map(({ looksFor }) => paint.faint(`  ${looksFor}`)),
  ];
}

function headOf(finding: Finding, { place }: FleetInstance, paint: Paint, now: number): string[] {
  const { severity, rule, lineage, since } = finding;
  const word = severity === 'failed' ? paint.trouble(severity) : paint.caution(severity);
  return [
    word,
    paint.strong(oneLine(place.name)),
    oneLine(lineage ?? '-'),
    RULES.find(({ id }) => id === rule)!.title.toLowerCase(),
    since === null ? '' : `since ${clockTime(since).slice(0, 8)} (${age(now - since)})`,
  ];
}

/** What shows the place; null: it cannot be connected to, and the sentence says what there is to say. */
function commandFor({ rule, leadsTo, node }: Finding, instance: FleetInstance): string | null {
  if (rule === 'not-reached' || rule === 'gone') return null;
  const target = shellWord(instance.place.environment === null ? instance.place.name : instance.key);
  if (leadsTo.tab === 'history') return `ledger ${target}`;
  if (node === null) return `tree ${target}`;
  return `${leadsTo.tab === 'overview' ? 'show' : leadsTo.tab} ${target} ${shellWord(node)}`;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function countWords(findings: readonly Finding[]): string {
  const failed = findings.filter(({ severity }) => severity === 'failed').length;
  const warnings = findings.length - failed;
  const words: string[] = [];
  if (failed > 0) words.push(`${failed} failed`);
  if (warnings > 0) words.push(`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`);
  return words.join(', ');
}
