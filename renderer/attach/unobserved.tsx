import { ChevronDown, ChevronRight } from 'lucide-react';
import { Button } from 'react-aria-components';
import type { NodeProcess } from '../../electron/ipc.ts';
import { fleet } from '../store/desk.ts';
import { show, useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import './attach.css';

/** Below the fleet: the Node processes of this computer in which no agent runs, folded up until they are asked for. */
export function Unobserved() {
  const processes = useValue(fleet)?.unobserved ?? [];
  const isOpen = useInterface((state) => state.isUnobservedOpen);
  if (processes.length === 0) return null;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <section className="unobserved" aria-label="Without an agent">
      <Button
        className="unobserved-head"
        aria-expanded={isOpen}
        onPress={() => show({ isUnobservedOpen: !isOpen })}
      >
        <Chevron size={13} strokeWidth={1.75} aria-hidden />
        <span>Node without an agent</span>
        <span>{processes.length}</span>
      </Button>
      {isOpen && <UnobservedList processes={processes} />}
    </section>
  );
}

/** A line each; pressed it asks before it attaches. */
export function UnobservedList({ processes }: { processes: readonly NodeProcess[] }) {
  return (
    <ul className="unobserved-list">
      {processes.map((process) => (
        <li key={`${process.pid} ${process.startTicks}`}>
          <Line process={process} />
        </li>
      ))}
    </ul>
  );
}

function Line({ process }: { process: NodeProcess }) {
  const { pid, user, name, command } = process;
  return (
    <Button className="unobserved-line" onPress={() => show({ attaching: process })}>
      <span className="cut" title={name}>
        <span className="unseen">Attach to </span>
        {name}
      </span>{' '}
      <span className="faint unobserved-pid">{pid}</span>{' '}
      <span className="cut unobserved-command soft" title={command}>
        {command.replace(/^\S*node(?:js)? /, '')}
      </span>{' '}
      <span className="faint unobserved-user">{user}</span>
    </Button>
  );
}
