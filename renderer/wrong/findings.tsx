import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import type { FindingView, FleetView, InstanceView } from '../../electron/ipc.ts';
import { now } from '../store/clock.ts';
import { instancesOf } from '../store/desk.ts';
import { goTo } from '../store/go-to.ts';
import { useValue, Value } from '../store/value.ts';
import { nextLine } from '../tree/keys.ts';
import { age, dateTime } from '../ui/format.ts';
import { type Chosen, keptRow } from './tally.ts';

/** Kept while the app runs: who comes back from a place goes on where they were. */
const chosen = new Value<Chosen | null>(null);
/** More are counted: the list is ranked, and nobody begins below. */
const MOST_ROWS = 200;
const PAGE_ROWS = 8;

/** The ranked list. Rows come and go by themselves; the one that is chosen stays under the hand. */
export function Findings({ view }: { view: FleetView }) {
  const list = useRef<HTMLDivElement>(null);
  const base = useId();
  const findings = view.findings.slice(0, MOST_ROWS);
  const instances = new Map(instancesOf(view).map((instance) => [instance.key, instance]));
  const titles = new Map(view.checked.rules.map(({ id, title }) => [id, title]));
  const kept = keptRow(findings, useValue(chosen));
  const active = kept === -1 ? 0 : kept;

  useEffect(() => {
    if (document.activeElement === document.body) list.current?.focus();
  }, []);
  useEffect(() => {
    const { id } = findings[active]!;
    // Where it stands now is where the next one takes its place.
    if (chosen.get()?.id !== id || chosen.get()?.index !== active) chosen.set({ id, index: active });
  });

  const choose = (index: number) => {
    chosen.set({ id: findings[index]!.id, index });
    list.current?.querySelector(`[id="${base}-${index}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const asked = event.key === 'Enter' ? active : DIGITS.indexOf(event.key);
    const next = nextLine(event, findings.length, active, PAGE_ROWS);
    if (findings[asked]) go(findings[asked]);
    else if (next !== null) choose(next);
    else return;
    event.preventDefault();
  };

  return (
    <div className="wrong-scroll">
      <div
        ref={list}
        className="wrong-list"
        role="listbox"
        aria-label="Findings, the worst first"
        tabIndex={0}
        aria-activedescendant={`${base}-${active}`}
        onKeyDown={onKeyDown}
      >
        {findings.map((finding, index) => (
          <Row
            key={finding.id}
            id={`${base}-${index}`}
            finding={finding}
            title={titles.get(finding.rule) ?? finding.rule}
            instance={instances.get(finding.instance)}
            digit={DIGITS[index]}
            isActive={index === active}
          />
        ))}
      </div>
      {view.findings.length > MOST_ROWS && (
        <p className="wrong-more soft">{view.findings.length - MOST_ROWS} more, less urgent.</p>
      )}
    </div>
  );
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

interface RowProps {
  id: string;
  finding: FindingView;
  title: string;
  instance: InstanceView | undefined;
  digit: string | undefined;
  isActive: boolean;
}

function Row({ id, finding, title, instance, digit, isActive }: RowProps) {
  const time = useValue(now);
  const { severity, environment, lineage, since, sentence } = finding;
  const isFailed = severity === 'failed';
  const isOld = instance?.state === 'stale' && lineage !== null;
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className={`wrong-row${isActive ? ' is-active' : ''}${isOld ? ' is-old' : ''}`}
      onClick={() => go(finding)}
    >
      <span className={`dot is-${isFailed ? 'bad' : 'warn'}`}>
        <span className="unseen">{severity}: </span>
      </span>
      <span className={`wrong-title ${isFailed ? 'bad' : 'warn'}`}>{title}</span>
      <span className="wrong-where cut">
        <strong>{instance?.name ?? finding.instance}</strong>
        {lineage !== null && <span className="code"> {lineage}</span>}
        <span className="soft"> {[environment, instance?.region].filter(Boolean).join(' · ')}</span>
      </span>
      <span className="wrong-since soft" title={since === null ? undefined : `Since ${dateTime(since)}`}>
        {since === null ? '' : `for ${age(time - since)}`}
      </span>
      <kbd className="wrong-key" aria-hidden>
        {digit ?? '↵'}
      </kbd>
      <span className="wrong-sentence">
        {sentence}.{isOld && <span className="soft"> This is as it was when it was last heard.</span>}
      </span>
    </div>
  );
}

function go({ instance, lineage, node, leadsTo }: FindingView): void {
  goTo({
    instance,
    tab: leadsTo.tab,
    ...(lineage === null ? {} : { lineage }),
    ...(node === null ? {} : { node }),
  });
}
