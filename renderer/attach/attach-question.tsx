import { type FormEvent, useEffect, useState } from 'react';
import { Heading } from 'react-aria-components';
import type { AttachPlan, NodeProcess } from '../../electron/ipc.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import { ask } from '../bridge.ts';
import { attachSteps, attachTo } from '../store/attaching.ts';
import { openInstance } from '../store/desk.ts';
import { useValue } from '../store/value.ts';
import { Button } from '../ui/button.tsx';
import { Trouble } from '../ui/trouble.tsx';

/** What attaching to a process will do, before it is done; then how far it has come. */
export function AttachQuestion({ process, onDone }: { process: NodeProcess; onDone: () => void }) {
  const { pid } = process;
  const [plan, setPlan] = useState<AttachPlan | null>(null);
  const [trouble, setTrouble] = useState<PerchError | null>(null);
  const [isUnderWay, setUnderWay] = useState(false);
  const steps = useValue(attachSteps);

  useEffect(() => {
    let isHere = true;
    ask('plan-attach', { pid }).then(
      (found) => isHere && setPlan(found),
      (thrown) => isHere && setTrouble(asPerchError(thrown)),
    );
    return () => {
      isHere = false;
    };
  }, [pid]);

  const isReady = plan !== null && trouble === null && !isUnderWay;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    setUnderWay(true);
    attachTo(process).then(
      (instance) => {
        openInstance(instance);
        onDone();
      },
      (thrown) => {
        setUnderWay(false);
        setTrouble(asPerchError(thrown));
      },
    );
  };

  return (
    <form className="confirm" onSubmit={submit}>
      <Heading slot="title">
        Attach to process <span className="code">{pid}</span>?
      </Heading>
      <p className="code selectable attach-command">{process.command}</p>
      <div className="attach-plan" role="region" aria-label="What it will do" tabIndex={0}>
        {plan ? (
          <ol>
            {plan.steps.map((step, at) => (
              <li key={step} className={isUnderWay && at < (steps?.words.length ?? 0) ? '' : 'soft'}>
                {sentence(step)}
              </li>
            ))}
          </ol>
        ) : (
          trouble === null && <p className="soft">Looking at the process…</p>
        )}
        {plan?.cautions.map((caution) => (
          <p key={caution} className="warn">
            {caution}
          </p>
        ))}
      </div>
      {isUnderWay && (
        <p className="attach-progress" role="status">
          {sentence(steps?.words.at(-1) ?? 'begins')}…
        </p>
      )}
      {trouble && <Trouble error={trouble} />}
      <div className="dialog-buttons">
        <Button onPress={onDone}>{trouble || isUnderWay ? 'Close' : 'Cancel'}</Button>
        <Button type="submit" look="main" isDisabled={!isReady} onPress={() => {}}>
          {isUnderWay ? 'Attaching…' : 'Attach'}
        </Button>
      </div>
    </form>
  );
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
