import { adapterWords, figureWords } from '../../protocol/component.ts';
import type { ChildFacts, TreeNode } from '../../protocol/tree.ts';
import { now } from '../store/clock.ts';
import { isAlive } from '../store/row-keys.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useNode } from '../store/use-tree.ts';
import { useValue } from '../store/value.ts';
import { reveal } from '../tree/use-outline.ts';
import { kindWords, statusWords, titleOf } from '../tree/words.ts';
import { age, bytes, dateTime, duration, percent } from '../ui/format.ts';

import { Fact } from './fact.tsx';
import { Supervision } from './supervisor/supervision.tsx';

interface OverviewProps {
  instance: string;
  tree: TreeStore;
  node: TreeNode;
}

/** All that the tree says of one node, in words. */
export function Overview({ instance, tree, node }: OverviewProps) {
  const time = useValue(now);
  const { supervisor, child, metrics } = node;
  return (
    <div className="overview" tabIndex={0} role="region" aria-label={`Overview of ${node.name}`}>
      {supervisor && (
        <Supervision key={node.lineage} instance={instance} tree={tree} node={node} facts={supervisor} />
      )}
      <dl className="facts">
        <Fact name="Kind">{kindWords(node)}</Fact>
        <Fact name="Status">{statusWords(node)}</Fact>
        {isAlive(node) ? (
          <Fact name="Started">
            {age(time - node.startedAt)} ago <span className="faint">{dateTime(node.startedAt)}</span>
          </Fact>
        ) : (
          <Fact name="Ended">
            {age(time - (node.endedAt ?? time))} ago, after{' '}
            {duration((node.endedAt ?? time) - node.startedAt)}
          </Fact>
        )}
        {node.exitReason && (
          <Fact name={isAlive(node) ? 'Exit before' : 'Exit reason'}>{node.exitReason}</Fact>
        )}
        {(node.restarts > 0 || child) && <Fact name="Restarts">{node.restarts}</Fact>}
        {child && <Fact name="Restart">{restartWords(child)}</Fact>}
        {child && <Fact name="Shutdown">{shutdownWords(child)}</Fact>}
        {metrics.cpuPercent !== undefined && (
          <Fact name="CPU">{percent(metrics.cpuPercent)} of one core</Fact>
        )}
        {metrics.rssBytes !== undefined && <Fact name="Memory">{bytes(metrics.rssBytes)} resident</Fact>}
        {metrics.sampleEveryMs !== undefined && (
          <Fact name="Sampled">every {duration(metrics.sampleEveryMs)}: its agent is past its budget</Fact>
        )}
        {metrics.heapUsedBytes !== undefined && (
          <Fact name="Heap">
            {bytes(metrics.heapUsedBytes)}
            {metrics.heapLimitBytes !== undefined && ` of ${bytes(metrics.heapLimitBytes)}`}
          </Fact>
        )}
        {metrics.loopUtilization !== undefined && (
          <Fact name="Event loop">
            {percent(metrics.loopUtilization * 100)} busy
            {metrics.loopDelayMs !== undefined && `, delayed up to ${duration(metrics.loopDelayMs)}`}
          </Fact>
        )}
        {metrics.backlog !== undefined && (
          <Fact name="Backlog">
            {metrics.backlog} {node.backlogWord ?? 'waiting'}
          </Fact>
        )}
        {Object.entries(metrics.figures ?? {}).map(([name, value]) => (
          <Fact key={name} name={capitalised(figureWords(name).words)}>
            {figureValue(name, value)}
          </Fact>
        ))}
        {Object.entries(node.component?.facts ?? {}).map(([name, value]) => (
          <Fact key={name} name={capitalised(name)}>
            {String(value)}
          </Fact>
        ))}
        {node.component && <Fact name="Found by">adapter {node.component.adapter}</Fact>}
        {(node.adapters ?? []).map((note) => (
          <Fact key={`${note.adapter} ${note.threadId}`} name={note.isOff ? 'Adapter off' : 'Adapter'}>
            {adapterWords(note)}
          </Fact>
        ))}
        <Fact name="Lineage" isCode>
          {node.lineage}
        </Fact>
        <Fact name="Id" isCode>
          {node.id}
        </Fact>
        <Fact name="Runs in">
          pid {node.pid}
          {node.threadId !== null && (node.threadId === 0 ? ', main thread' : `, thread ${node.threadId}`)}
        </Fact>
        {node.command && (
          <Fact name={node.kind === 'process' ? 'Command' : 'File'} isCode>
            {node.command}
          </Fact>
        )}
        {node.parent && (
          <Fact name="Under">
            <NodeLink instance={instance} tree={tree} id={node.parent} />
          </Fact>
        )}
        {node.links.map((link) => (
          <Fact key={`${link.kind} ${link.to}`} name={link.kind === 'pool' ? 'Member of' : 'Declared in'}>
            <NodeLink instance={instance} tree={tree} id={link.to} />
          </Fact>
        ))}
      </dl>
    </div>
  );
}

/** Another node, to go to. */
function NodeLink({ instance, tree, id }: { instance: string; tree: TreeStore; id: string }) {
  const node = useNode(tree, id);
  if (!node) return <span className="code">{id}</span>;
  return (
    <button type="button" className="link" onClick={() => reveal(instance, tree, id)}>
      {titleOf(node)}
    </button>
  );
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function figureValue(name: string, value: number): string {
  switch (figureWords(name).unit) {
    case 'bytes':
      return bytes(value);
    case 'ms':
      return duration(value);
    case 'percent':
      return percent(value);
    case 'per-second':
      return `${value.toLocaleString('en')} a second`;
    case 'count':
      return value.toLocaleString('en');
  }
}

function restartWords({ restart, significant, protected: isProtected }: ChildFacts): string {
  const words: string[] = [restart];
  if (significant) words.push('significant');
  if (isProtected) words.push('protected');
  return words.join(', ');
}

function shutdownWords({ shutdown }: ChildFacts): string {
  return typeof shutdown === 'number' ? `is given ${duration(shutdown)}` : shutdown;
}
