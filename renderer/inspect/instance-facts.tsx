import { healthOf } from '../fleet/health.ts';
import { PreviousLifeFacts } from '../fleet/previous-life.tsx';
import { now } from '../store/clock.ts';
import { fleet, useInstance } from '../store/desk.ts';
import { show } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { Button } from '../ui/button.tsx';
import { age, dateTime, duration } from '../ui/format.ts';

/** The instance itself, while no node is selected. */
export function InstanceFacts({ instance: key }: { instance: string }) {
  const instance = useInstance(key);
  const time = useValue(now);
  const view = useValue(fleet);
  if (!instance) return null;
  const { info } = instance;
  const rows: [string, string, boolean?][] = [
    ['Health', healthOf(instance, time, view).word],
    ['Service', instance.service],
    ['Region', instance.region],
    ['Address', instance.address, true],
  ];
  // What was measured or counts on is of a live one only.
  const isLive = instance.state === 'live';
  if (isLive && instance.latencyMs !== null) rows.push(['Latency', duration(instance.latencyMs)]);
  if (info) {
    rows.push(
      isLive
        ? ['Up', `${age(time - info.startedAt)}, since ${dateTime(info.startedAt)}`]
        : ['Started', dateTime(info.startedAt)],
      ['Node', info.node],
      ['Agent', info.agent],
      ['Attached', info.attachedAt === undefined ? '' : dateTime(info.attachedAt)],
      ['Process', `pid ${info.pid}`],
      ['Epoch', info.epoch, true],
      ['This key may', instance.capabilities.join(', ')],
    );
    if (info.limits) rows.push(['Not here', info.limits.join('\n')]);
    if (info.listening.length > 0) rows.push(['Listens on', info.listening.join('\n'), true]);
  }
  return (
    <>
      <header className="inspector-head">
        <h2 className="cut">{instance.name}</h2>
      </header>
      <div className="overview" tabIndex={0} role="region" aria-label={`Overview of ${instance.name}`}>
        <dl className="facts">
          {rows
            .filter(([, words]) => words !== '')
            .map(([name, words, isCode]) => (
              <div key={name} className="fact">
                <dt>{name}</dt>
                <dd className={isCode ? 'selectable code' : 'selectable'}>{words}</dd>
              </div>
            ))}
        </dl>
        <PreviousLifeFacts instance={key} />
        <p className="inspect-note page-line">
          <Button onPress={() => show({ isCostOpen: true })}>What Perch itself costs</Button>
          {isLive && info?.attachedAt !== undefined && (
            <Button onPress={() => show({ detaching: key })}>Detach…</Button>
          )}
        </p>
        <p className="inspect-note">Select a node in the tree to look into it.</p>
      </div>
    </>
  );
}
