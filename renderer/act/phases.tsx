import { duration } from '../ui/format.ts';
import type { Story } from './story.ts';

/** How long each phase took, as a bar in their proportion, and when each was reached. */
export function Phases({ story: { steps, isOver } }: { story: Story }) {
  if (steps.length === 0) return null;
  const reached = steps.filter(({ atMs }) => atMs !== null);
  const wholeMs = reached.at(-1)?.atMs ?? 0;
  return (
    <div className="phases-block">
      <div className={`phase-bar${isOver ? '' : ' is-open'}`} aria-hidden>
        {steps.map(({ name, atMs }, index) => {
          const before = steps.slice(0, index).findLast((step) => step.atMs !== null)?.atMs ?? 0;
          if (index === 0 || atMs === null || wholeMs === 0) return null;
          return <span key={name} className={`is-${name}`} style={{ flexGrow: atMs - before }} />;
        })}
      </div>
      <ol
        className="phases"
        aria-label="Phases"
        style={{ gridTemplateColumns: `repeat(${steps.length}, minmax(0, 1fr))` }}
      >
        {steps.map(({ name, atMs, words }) => (
          <li key={name} className={`phase is-${name}${atMs === null ? ' is-unreached' : ''}`} title={words}>
            <span className="phase-name">{name}</span>
            <span className="phase-time">{atMs === null ? '–' : duration(atMs)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
