import type { SupervisorFacts, TreeNode } from '../../../protocol/tree.ts';
import { useFastClock } from '../../store/clock.ts';
import type { TreeStore } from '../../store/tree-store.ts';
import { duration } from '../../ui/format.ts';
import { type BudgetNow, budgetNow } from './budget.ts';

/** Up to so many, each restart is a cell of its own; more would be too thin to count. */
const MAX_CELLS = 24;

/** How many restarts a supervisor has left before it gives up: empties with each, refills as its period goes on. */
interface RestartBudgetProps {
  tree: TreeStore;
  node: TreeNode;
  /** The agent is heard: only then does time go on in it. */
  isHeard: boolean;
}

export function RestartBudget({ tree, node, isHeard }: RestartBudgetProps) {
  const facts = node.supervisor!;
  useFastClock(isHeard && facts.restartsInPeriod > 0);
  const budget = budgetNow(isHeard ? facts : { ...facts, nextRefillAt: null }, tree.agentNow());
  const { left, of, severity } = budget;
  return (
    <section role="group" className="inspect-section" aria-label="Restart budget">
      <h3 className="section-head">
        <span>Restart budget</span>
        <span className={`section-figure ${severity}`}>
          {left.toLocaleString('en')} of {of.toLocaleString('en')} left
        </span>
      </h3>
      <BudgetBar budget={budget} label="Restarts left" />
      <p className={severity === 'bad' ? 'bad' : 'soft'}>
        {isHeard ? budgetWords(budget, facts) : 'as it was when it was last heard'}
      </p>
    </section>
  );
}

export function BudgetBar({ budget, label }: { budget: BudgetNow; label: string }) {
  const { left, of, refill, severity } = budget;
  return (
    <div
      className={`budget is-${severity}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={left}
      aria-valuetext={`${left} of ${of}`}
    >
      {of > 0 && of <= MAX_CELLS ? (
        Array.from({ length: of }, (_, index) => (
          <span key={index} className={`budget-cell${index < left ? ' is-left' : ''}`}>
            {index === left && refill !== null && (
              <span className="budget-refill" style={{ width: `${refill * 100}%` }} />
            )}
          </span>
        ))
      ) : (
        <span className="budget-cell">
          <span className="budget-fill" style={{ width: `${of === 0 ? 0 : (left / of) * 100}%` }} />
        </span>
      )}
    </div>
  );
}

function budgetWords({ left, of, refillInMs }: BudgetNow, { periodMs }: SupervisorFacts): string {
  if (of === 0) return 'None are allowed: the first that is needed makes it give up.';
  const back = refillInMs === null ? '' : ` · one comes back in ${duration(refillInMs)}`;
  return left === 0 ? `The next makes it give up${back}` : `in ${duration(periodMs)}${back}`;
}
