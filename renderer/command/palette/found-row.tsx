import { healthOf } from '../../fleet/health.ts';
import { now } from '../../store/clock.ts';
import { fleet } from '../../store/desk.ts';
import { isAlive } from '../../store/row-keys.ts';
import { NodeIcon } from '../../tree/node-icon.tsx';
import { dotOf, hasLives, titleOf } from '../../tree/words.ts';
import { Keys } from '../../ui/keys.tsx';
import { Marked } from '../../ui/marked.tsx';
import type { Found } from './find.ts';

interface FoundRowProps {
  id: string;
  found: Found;
  query: string;
  isActive: boolean;
  onPoint: () => void;
  onPick: () => void;
}

export function FoundRow({ id, found, query, isActive, onPoint, onPick }: FoundRowProps) {
  const isOffered = found.kind !== 'command' || found.whyNot === null;
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      aria-disabled={isOffered ? undefined : true}
      className={`palette-row${isActive ? ' is-active' : ''}${isOffered ? '' : ' is-off'}`}
      // Not on mouseenter: the list scrolls under a mouse that rests.
      onMouseMove={isActive ? undefined : onPoint}
      onClick={onPick}
    >
      <Words found={found} query={query} />
    </div>
  );
}

function Words({ found, query }: { found: Found; query: string }) {
  switch (found.kind) {
    case 'command': {
      const { title, group, keys } = found.command;
      return (
        <>
          <span className="cut">
            <Marked text={title} query={query} />
          </span>
          <span className="palette-more cut">{found.whyNot ?? group}</span>
          {keys[0] && <Keys chord={keys[0]} />}
        </>
      );
    }
    case 'instance': {
      const { name, environment, region } = found.instance;
      const { word, severity } = healthOf(found.instance, now.get(), fleet.get());
      return (
        <>
          <span className={`dot is-${severity}`} />
          <span className="cut">
            <Marked text={name} query={query} />
          </span>
          <span className="palette-more cut">{[word, region, environment].filter(Boolean).join(' · ')}</span>
        </>
      );
    }
    case 'node': {
      const { node } = found;
      return (
        <>
          <NodeIcon node={node} />
          <span className="cut">
            <Marked text={titleOf(node)} query={query} />
          </span>
          {hasLives(node) && <span className="code faint">#{node.incarnation}</span>}
          <span className="palette-more cut">{isAlive(node) ? node.status : 'ended'}</span>
          <span className={dotOf(node)} />
        </>
      );
    }
    default:
      return found satisfies never;
  }
}
