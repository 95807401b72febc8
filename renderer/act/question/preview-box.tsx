import type { ReactNode } from 'react';
import type { Budget } from '../../../protocol/act.ts';
import type { Preview, PreviewNode } from '../../../protocol/preview.ts';
import { budgetAfter } from '../../inspect/supervisor/budget.ts';
import { BudgetBar } from '../../inspect/supervisor/budget-bar.tsx';
import { duration } from '../../ui/format.ts';
import type { PreviewReading } from './use-preview.ts';

/**
 * What the act would do, in a box of one size: it fills up without moving what is below. `otherwise`: what is
 * known of it without asking.
 */
export function PreviewBox({ reading, otherwise }: { reading: PreviewReading; otherwise: string }) {
  const { preview, error } = reading;
  return (
    <div className="preview" role="region" aria-label="What would happen" tabIndex={0}>
      {preview ? (
        <Found preview={preview} />
      ) : (
        <p className="soft" role="status">
          {error
            ? `It could not be asked what would happen (${error.message}). ${otherwise}`
            : 'Asking its supervisor…'}
        </p>
      )}
    </div>
  );
}

function Found({ preview }: { preview: Preview }) {
  const { possible, why, stops, stopsMore, restarts, restartsMore, budget, givesUp, backlog } = preview;
  const waiting = backlog.filter(({ count }) => count > 0);
  if (!possible) {
    return (
      <p className="bad" role="status">
        It would be refused. {why}
      </p>
    );
  }
  return (
    <>
      {!preview.isExact && (
        <p className="warn">Read off the tree: nobody who decides about it could be asked just now.</p>
      )}
      <dl className="preview-facts">
        {givesUp.length > 0 && (
          <Fact name="Gives up">
            <span className="bad">{givesUp.join(', then ')}</span>
          </Fact>
        )}
        <Fact name="Ends">{namesOf(stops, stopsMore) || 'nothing'}</Fact>
        <Fact name="Starts again">{namesOf(restarts, restartsMore) || 'nothing'}</Fact>
        {waiting.length > 0 && (
          <Fact name="Backlog lost">
            {waiting.map(({ lineage, word, count }) => `${count} ${word} of ${lineage}`).join(', ')}
          </Fact>
        )}
        {budget && (
          <Fact name="Budget after">
            <After budget={budget} />
          </Fact>
        )}
      </dl>
    </>
  );
}

/** How many restarts a supervisor has left after this. */
function After({ budget }: { budget: Budget }) {
  const { intensity, periodMs, by } = budget;
  const after = budgetAfter(budget);
  return (
    <span className="preview-budget" title={`${by}: ${intensity} restarts in ${duration(periodMs)}`}>
      <BudgetBar budget={after} label="Restarts left after it" />
      <span className={after.severity === 'ok' ? '' : after.severity}>
        {after.left} of {intensity} left
      </span>
    </span>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** In order; the rest is counted. */
function namesOf(nodes: readonly PreviewNode[], more: number): string {
  const SHOWN = 4;
  const left = more + Math.max(0, nodes.length - SHOWN);
  const names = nodes.slice(0, SHOWN).map(({ lineage }) => lineage);
  return [...names, ...(left > 0 ? [`${left.toLocaleString('en')} more`] : [])].join(', ');
}
