import { type KeyboardEvent, useId } from 'react';
import type { EnvironmentView, InstanceView } from '../../electron/ipc.ts';
import { Unobserved } from '../attach/unobserved.tsx';
import { now } from '../store/clock.ts';
import { fleet, openInstance } from '../store/desk.ts';
import { useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { duration, shortAge } from '../ui/format.ts';
import { Way } from '../ui/way.tsx';
import { WornMark } from '../ui/worn.tsx';
import { armedWords, healthOf } from './health.ts';
import { Pages } from './pages.tsx';

/** The fleet: environments, their regions, their instances, each with its health. */
export function Fleet() {
  const view = useValue(fleet);
  // What is of all of them: none is open then, so that an arrow begins with the first.
  const open = useInterface(({ instance, page, nodes }) =>
    page === 'wrong' || (page === 'nodes' && nodes.isFleetWide) ? null : instance,
  );
  const base = useId();
  const environments = view?.environments ?? [];
  const order = environments.flatMap((environment) =>
    regionsOf(environment).flatMap(({ instances }) => instances.map(({ key }) => key)),
  );
  const idOf = (key: string) => `${base}-${order.indexOf(key)}`;

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || order.length === 0) return;
    event.preventDefault();
    const at = open === null ? -1 : order.indexOf(open);
    const next = Math.min(order.length - 1, Math.max(0, at + step));
    openInstance(order[next]!);
  };

  return (
    <nav className="fleet" data-pane="fleet" aria-label="Fleet">
      <header className="fleet-head">
        <h2 className="pane-title">Fleet</h2>
        <span className="spread" />
        <Way />
      </header>
      <Pages />
      {environments.length > 0 && (
        <div
          className="fleet-tree"
          role="tree"
          aria-label="Instances"
          tabIndex={0}
          aria-activedescendant={open !== null && order.includes(open) ? idOf(open) : undefined}
          onKeyDown={onKeyDown}
        >
          {environments.map((environment) => (
            <Environment key={environment.name} environment={environment} open={open} idOf={idOf} />
          ))}
        </div>
      )}
      <Unobserved />
    </nav>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, Home: -1e6, End: 1e6 };

interface Branch {
  open: string | null;
  idOf: (key: string) => string;
}

function Environment({ environment, open, idOf }: Branch & { environment: EnvironmentView }) {
  const { name, tunnel, wears } = environment;
  return (
    <>
      <div className="fleet-environment" role="treeitem" aria-level={1} aria-expanded aria-selected={false}>
        <span className="fleet-environment-name">
          <span className="cut">{name}</span>
          {wears && <WornMark wears={wears} name={name} />}
        </span>
        {tunnel && (
          <span
            className={`fleet-tunnel cut ${tunnel.health === 'trouble' ? 'warn' : 'soft'}`}
            title={tunnel.words}
          >
            tunnel {tunnel.short}
          </span>
        )}
      </div>
      {regionsOf(environment).map(({ region, instances }) => (
        <Region key={region} region={region} instances={instances} open={open} idOf={idOf} />
      ))}
    </>
  );
}

function Region({ region, instances, open, idOf }: Branch & { region: string; instances: InstanceView[] }) {
  return (
    <>
      {region !== '' && (
        <div className="fleet-region" role="treeitem" aria-level={2} aria-expanded aria-selected={false}>
          {region}
        </div>
      )}
      {instances.map((instance) => (
        <Instance
          key={instance.key}
          id={idOf(instance.key)}
          level={region === '' ? 2 : 3}
          instance={instance}
          isOpen={instance.key === open}
        />
      ))}
    </>
  );
}

interface InstanceProps {
  id: string;
  level: number;
  instance: InstanceView;
  isOpen: boolean;
}

function Instance({ id, level, instance, isOpen }: InstanceProps) {
  const time = useValue(now);
  const { word, severity } = healthOf(instance, time, useValue(fleet));
  const { info, latencyMs, name, state, via } = instance;
  const armed = armedWords(instance);
  const facts =
    info && armed === '' && (state === 'live' || state === 'stale')
      ? [`Node ${info.node}`, `up ${shortAge(time - info.startedAt)}`]
      : [];
  // By which way it is reached is what its neighbours differ in; the rest is on its own page.
  const more = via === undefined ? facts : [`via ${via}`];
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={level}
      aria-selected={isOpen}
      className={`fleet-instance${isOpen ? ' is-selected' : ''}`}
      onClick={() => openInstance(instance.key)}
    >
      <span className={`dot is-${severity}`} />
      <span className="cut fleet-name">{name}</span>
      <span className="fleet-latency soft">
        {state === 'live' && latencyMs !== null ? duration(latencyMs) : ''}
      </span>
      <span className="cut fleet-more">
        <span className={severity === 'ok' || severity === 'waiting' ? 'soft' : severity}>{word}</span>
        {armed !== '' && <span className="armed"> · {armed}</span>}
        {more.map((words) => (
          <span key={words} className="soft">
            {' · '}
            {words}
          </span>
        ))}
      </span>
    </div>
  );
}

/** In the order they come; instances without a region first, without a heading. */
export function regionsOf({ instances }: EnvironmentView): { region: string; instances: InstanceView[] }[] {
  const regions = new Map<string, InstanceView[]>();
  for (const instance of instances) {
    const members = regions.get(instance.region);
    if (members) members.push(instance);
    else regions.set(instance.region, [instance]);
  }
  return [...regions]
    .map(([region, members]) => ({ region, instances: members }))
    .sort((a, b) => a.region.localeCompare(b.region));
}
