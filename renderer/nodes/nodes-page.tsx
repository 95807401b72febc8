import { FileSpreadsheet, Pause, Play } from 'lucide-react';
import { useState } from 'react';
import type { NodesView } from '../../electron/ipc.ts';
import { ActCard } from '../act/act-card.tsx';
import { NodeMenu } from '../act/node-menu.tsx';
import { requestAct } from '../act/offered.ts';
import { useActs } from '../act/use-acts.ts';
import { ask } from '../bridge.ts';
import { useOffered } from '../export/offered.ts';
import { MissingBanner } from '../fleet/missing.tsx';
import { fleet, instancesOf, togglePaused, useInstance } from '../store/desk.ts';
import { goTo, selectHere } from '../store/go-to.ts';
import { show, useInterface } from '../store/interface.ts';
import { paused } from '../store/pause.ts';
import { useValue } from '../store/value.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { clockTime, counted } from '../ui/format.ts';
import { Trouble } from '../ui/trouble.tsx';
import { type NodesChoice, ROWS, withoutFilters } from './choice.ts';
import { chooseNodes, useNodesChoice } from './choose.ts';
import { type ListedNode, nodesCsv } from './columns.ts';
import { frozen } from './frozen.ts';
import { NodesBar } from './nodes-bar.tsx';
import type { NodesMenuAt } from './nodes-columns.tsx';
import { NodesTable } from './nodes-table.tsx';
import { type NodeList, useNodeList } from './use-node-list.ts';

/** Every process, thread, supervisor and worker that comes first in an order, of one instance or of the whole fleet. */
export function NodesPage({ instance: key }: { instance: string | null }) {
  const instance = useInstance(key);
  const choice = useNodesChoice();
  const isPaused = useValue(paused) !== null;
  const list = useNodeList(key, choice, isPaused);
  const { view, at, error } = list;
  const rows = view === null ? [] : isPaused ? frozen(view, choice, key) : view.rows;
  const nameOf = useNames();
  const [columnMenu, setColumnMenu] = useState<NodesMenuAt | null>(null);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const missing = useInterface((state) => state.missing);
  useOffered('table', () => ({ name: 'nodes', csv: () => nodesCsv(rows, nameOf) }));

  return (
    <section className="tree-pane nodes-pane" data-pane="nodes" aria-label="Nodes">
      <header className="tree-head">
        <h1>Nodes</h1>
        <Summary list={list} choice={choice} shown={rows.length} isPaused={isPaused} />
        <span className="spread" />
        {isPaused && view && <span className="soft">as at {clockTime(at).slice(0, 8)}</span>}
        <IconButton
          label="Copy the list as CSV"
          icon={FileSpreadsheet}
          isDisabled={rows.length === 0}
          onPress={() => copyCsv(rows, nameOf)}
        />
        <IconButton
          label={isPaused ? 'Live again' : 'Pause'}
          keys="Space"
          icon={isPaused ? Play : Pause}
          onPress={togglePaused}
        />
      </header>
      <NodesBar
        instance={instance?.name ?? null}
        live={view?.live ?? null}
        onColumns={(point) => setColumnMenu({ ...point, column: null })}
      />
      {missing && <MissingBanner instance={missing.instance} />}
      {view && rows.length > 0 && <Unanswered view={view} nameOf={nameOf} />}
      <div className={`tree-body${error ? ' is-old' : ''}`} aria-busy={list.isBehind}>
        {rows.length > 0 && view ? (
          <NodesTable
            rows={rows}
            at={at}
            nameOf={nameOf}
            onOpen={({ instance, lineage, id }) => goTo({ instance, lineage, node: id })}
            // What can be done with it its own tree tells.
            onMenu={(row, point) =>
              selectHere({ instance: row.instance, node: row.id }, () => setMenuAt(point))
            }
            columnMenu={columnMenu}
            onColumnMenu={setColumnMenu}
            onCopy={() => copyCsv(rows, nameOf)}
          />
        ) : (
          <NoRows list={list} choice={choice} nameOf={nameOf} />
        )}
      </div>
      {error && view && <Trouble error={error} />}
      {view && !isPaused && <More view={view} choice={choice} />}
      <ActCard />
      {key !== null && <RowMenu instance={key} at={menuAt} onClose={() => setMenuAt(null)} />}
    </section>
  );
}

/** Of the line that was chosen, which is what is selected in its instance by then. */
function RowMenu({
  instance,
  at,
  onClose,
}: {
  instance: string;
  at: { x: number; y: number } | null;
  onClose: () => void;
}) {
  return <NodeMenu {...useActs(instance)} at={at} onAct={requestAct} onClose={onClose} />;
}

/** `200 of 99,013 nodes in 3 instances`. */
function Summary({
  list: { view },
  choice,
  shown,
  isPaused,
}: {
  list: NodeList;
  choice: NodesChoice;
  shown: number;
  isPaused: boolean;
}) {
  if (!view || view.instances === 0) return null;
  const all = isPaused ? view.rows.length : view.matching;
  const where = choice.isFleetWide ? ` in ${counted(view.instances, 'instance')}` : '';
  const words =
    shown < all ? `first ${shown.toLocaleString('en')} of ${counted(all, 'node')}` : counted(all, 'node');
  return <span className="soft cut">{`${words}${where}`}</span>;
}

/** Those that the list cannot speak of, in one line each. */
function Unanswered({ view, nameOf }: { view: NodesView; nameOf: (instance: string) => string }) {
  if (view.unanswered.length === 0) return null;
  return (
    <ul className="nodes-unanswered" aria-label="Did not answer">
      {view.unanswered.map(({ instance, error }) => (
        <li key={instance} className="cut" title={`${error.message}. ${error.mend}`}>
          <strong>{nameOf(instance)}</strong> is not in this list: {error.message}. {error.mend}
        </li>
      ))}
    </ul>
  );
}

/** Loading, nobody there, nothing let through, nobody answers. */
function NoRows({
  list: { view, error },
  choice,
  nameOf,
}: {
  list: NodeList;
  choice: NodesChoice;
  nameOf: (instance: string) => string;
}) {
  if (error)
    return (
      <div className="page">
        <h2>The list cannot be had</h2>
        <Trouble error={error} />
      </div>
    );
  if (!view)
    return (
      <div className="page">
        <p className="soft" role="status">
          Asking for the nodes …
        </p>
      </div>
    );
  if (view.instances === 0)
    return (
      <div className="page">
        <h2>{choice.isFleetWide ? 'No instance answers' : 'It does not answer'}</h2>
        {view.unanswered.map(({ instance, error }) => (
          <div key={instance}>
            <p>{nameOf(instance)}</p>
            <Trouble error={error} />
          </div>
        ))}
      </div>
    );
  return (
    <div className="page">
      <p>
        {choice.text.trim() === '' ? 'No node passes the filters.' : `Nothing here matches “${choice.text}”.`}
      </p>
      <p className="soft">Lineages and names are searched; an id or a pid must be whole.</p>
      <div className="page-buttons">
        <Button onPress={() => chooseNodes(withoutFilters)}>Clear the filters</Button>
      </div>
    </div>
  );
}

/** What lies beyond the rows that were asked for. */
function More({ view, choice }: { view: NodesView; choice: NodesChoice }) {
  const left = view.matching - view.rows.length;
  const next = ROWS.find((rows) => rows > choice.limit);
  if ((left <= 0 || view.rows.length === 0) && choice.limit === ROWS[0]) return null;
  const ask = (limit: number) => chooseNodes((from) => ({ ...from, limit }));
  return (
    <footer className="nodes-more soft">
      <span className="cut">
        {left > 0 ? `${left.toLocaleString('en')} more by this order` : 'That is all of them'}
        {left > 0 && next === undefined && '; narrow the list to see them'}
      </span>
      <span className="spread" />
      {choice.limit > ROWS[0]! && (
        <Button look="bare" onPress={() => ask(ROWS[0]!)}>
          Only the first {ROWS[0]}
        </Button>
      )}
      {left > 0 && next !== undefined && (
        <Button look="bare" onPress={() => ask(next)}>
          Show the first {Math.min(next, view.matching).toLocaleString('en')}
        </Button>
      )}
    </footer>
  );
}

/** Instances by the names that a person gave them. */
function useNames(): (instance: string) => string {
  const instances = instancesOf(useValue(fleet));
  return (key) => instances.find((instance) => instance.key === key)?.name ?? key;
}

function copyCsv(rows: readonly ListedNode[], nameOf: (instance: string) => string): void {
  void ask('copy', { text: nodesCsv(rows, nameOf) }).then(
    () => show({ notice: { isBad: false, words: `${counted(rows.length, 'line')} copied as CSV` } }),
    (thrown) => show({ notice: { isBad: true, words: String(thrown.message) } }),
  );
}
