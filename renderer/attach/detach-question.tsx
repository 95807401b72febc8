import { type FormEvent, useState } from 'react';
import { Heading } from 'react-aria-components';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import { lastAnswers, Reason } from '../act/question/reason.tsx';
import { ask } from '../bridge.ts';
import { useInstance } from '../store/desk.ts';
import { Button } from '../ui/button.tsx';
import { Trouble } from '../ui/trouble.tsx';

/** Why the agent is to be taken out of a service that it was attached to. */
export function DetachQuestion({ instance: key, onDone }: { instance: string; onDone: () => void }) {
  // It is no longer listed once that is done.
  const [instance] = useState(useInstance(key));
  const [reason, setReason] = useState(lastAnswers.reason);
  const [trouble, setTrouble] = useState<PerchError | null>(null);
  const [isUnderWay, setUnderWay] = useState(false);
  const isReady = reason.trim() !== '' && !isUnderWay;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    lastAnswers.reason = reason.trim();
    setUnderWay(true);
    setTrouble(null);
    ask('detach', { instance: key, reason: reason.trim() }).then(onDone, (thrown) => {
      setUnderWay(false);
      setTrouble(asPerchError(thrown));
    });
  };
  return (
    <form className="confirm" onSubmit={submit}>
      <Heading slot="title">Take the agent out of {instance?.name}?</Heading>
      <p className="soft">
        The service goes on. No listener, subscription, timer or thread of the agent is left in it; loaded
        code stays. A loop that stands still lets go once it turns. It can be attached again.
      </p>
      <Reason value={reason} onChange={setReason} isFirst />
      {trouble && <Trouble error={trouble} />}
      <div className="dialog-buttons">
        <Button onPress={onDone}>Cancel</Button>
        <Button type="submit" look="main" isDisabled={!isReady} onPress={() => {}}>
          {isUnderWay ? 'Detaching…' : 'Detach'}
        </Button>
      </div>
    </form>
  );
}
