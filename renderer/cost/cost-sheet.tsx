import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { CostAnswer, CostRates, ProcessCost, SessionCost } from '../../protocol/cost.ts';
import { now } from '../store/clock.ts';
import { observedAt, useInstance } from '../store/desk.ts';
import { show, useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { Button } from '../ui/button.tsx';
import { age, bytes, counted } from '../ui/format.ts';
import { Trouble } from '../ui/trouble.tsx';
import { type CostLine, costLines, joinedCells } from './figures.ts';
import { useCost } from './use-cost.ts';

/** What Perch itself takes of the open instance, live while it is shown. */
export function CostSheet() {
  const isCostOpen = useInterface((state) => state.isCostOpen);
  const instance = useInterface((state) => state.instance);
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={isCostOpen && instance !== null}
      onOpenChange={(open) => show({ isCostOpen: open })}
      isDismissable
    >
      <Modal className="dialog is-wide">
        <Dialog>
          {({ close }) => (
            <>
              {instance !== null && <Cost instance={instance} />}
              <div className="dialog-buttons">
                <Button onPress={close}>Close</Button>
              </div>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Cost({ instance }: { instance: string }) {
  const { answer, rates, error } = useCost(instance);
  const name = useInstance(instance)?.name ?? instance;
  return (
    <>
      <Heading slot="title">What Perch costs {name}</Heading>
      {error && <Trouble error={error} />}
      {!answer && !error && (
        <p className="soft" role="status">
          Asking its agent
        </p>
      )}
      {answer && <Processes instance={instance} answer={answer} rates={rates} isOld={error !== null} />}
    </>
  );
}

interface Shown {
  instance: string;
  answer: CostAnswer;
  rates: ReadonlyMap<string, CostRates>;
  /** It is no longer answered: the last figures stay, faint. */
  isOld: boolean;
}

function Processes({ instance, answer: { processes, more }, rates, isOld }: Shown) {
  const [own, ...joined] = processes;
  if (!own || 'why' in own) return null;
  return (
    <div className={isOld ? 'cost is-old' : 'cost'}>
      <CostTable name={nameOf(instance, own.node)} lines={costLines(own, rates.get(own.node) ?? null)} />
      {joined.length > 0 && <Joined instance={instance} processes={joined} more={more} rates={rates} />}
      <Sessions sessions={own.sessions} total={own.total.sessions} />
      <NotMeasuredList own={own} joined={joined} />
    </div>
  );
}

interface JoinedProps {
  instance: string;
  processes: CostAnswer['processes'];
  more: number;
  rates: ReadonlyMap<string, CostRates>;
}

/** The processes of the service that have an agent of their own, a line each: there may be many. */
function Joined({ instance, processes, more, rates }: JoinedProps) {
  return (
    <table className="cost-table">
      <thead>
        <tr>
          <th scope="col">{counted(processes.length + more, 'process', 'processes')} with it</th>
          <th scope="col">agent’s thread</th>
          <th scope="col">main thread</th>
          <th scope="col">agent’s heap</th>
          <th scope="col">sent</th>
        </tr>
      </thead>
      <tbody>
        {processes.map((each) => (
          <tr key={each.node}>
            <th scope="row">{nameOf(instance, each.node)}</th>
            {'why' in each ? (
              <td colSpan={4}>not measured: {each.why}</td>
            ) : (
              joinedCells(each, rates.get(each.node) ?? null).map(([head, figure]) => (
                <td key={head}>{figure}</td>
              ))
            )}
          </tr>
        ))}
        {more > 0 && (
          <tr>
            <th scope="row">and {more} more</th>
            <td colSpan={4}>not asked: there are too many</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function CostTable({ name, lines }: { name: string; lines: readonly CostLine[] }) {
  return (
    <table className="cost-table">
      <thead>
        <tr>
          <th scope="col">{name}</th>
          <th scope="col">now</th>
          <th scope="col">in all</th>
          <th scope="col">to compare with</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.name}>
            <th scope="row">{line.name}</th>
            {line.why === null ? (
              <>
                <td>{line.now}</td>
                <td>{line.all}</td>
                <td>{line.beside}</td>
              </>
            ) : (
              <td colSpan={3}>not measured: {line.why}</td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Sessions({ sessions, total }: { sessions: readonly SessionCost[]; total: number }) {
  const time = useValue(now);
  return (
    <table className="cost-table">
      <thead>
        <tr>
          <th scope="col">{counted(total, 'session')} so far; open now</th>
          <th scope="col">for</th>
          <th scope="col">sent</th>
          <th scope="col">received</th>
          <th scope="col">asked</th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session, at) => (
          <tr key={at}>
            <th scope="row">
              <span className="cut">{session.author.name || session.author.key}</span>
              {session.isAsking && <span className="faint"> this window</span>}
            </th>
            <td>{age(time - session.since)}</td>
            <td>{bytes(session.bytesOut)}</td>
            <td>{bytes(session.bytesIn)}</td>
            <td>
              {counted(session.calls, 'call')}, {counted(session.watches, 'watch', 'watches')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What no figure above has in it: without it they would be taken for all there is. */
function NotMeasuredList({ own, joined }: { own: ProcessCost; joined: CostAnswer['processes'] }) {
  const reasons = new Map<string, string>();
  // The reason for a figure of its own process stands where that would be.
  for (const { what, why, figure } of own.notMeasured) if (!figure) reasons.set(what, why);
  for (const each of joined) {
    if ('why' in each) continue;
    for (const { what, why } of each.notMeasured) reasons.set(what, why);
  }
  if (reasons.size === 0) return null;
  return (
    <section className="cost-none">
      <h3>Not measured</h3>
      <dl>
        {[...reasons].map(([what, why]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{why}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function nameOf(instance: string, node: string): string {
  const name = observedAt(instance).tree.node(node)?.name;
  return name === undefined ? `Process ${node}` : `${name} ${node}`;
}
