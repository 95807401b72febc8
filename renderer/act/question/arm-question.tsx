import { type FormEvent, useState } from 'react';
import { Heading } from 'react-aria-components';
import { asPerchError, type PerchError } from '../../../protocol/errors.ts';
import { arm } from '../../store/arming.ts';
import { useInstance } from '../../store/desk.ts';
import { Button } from '../../ui/button.tsx';
import { Trouble } from '../../ui/trouble.tsx';
import { ArmFor } from './arm-for.tsx';
import { lastAnswers, Reason } from './reason.tsx';

/** Why and for how long this window is to act on an instance, before there is an act. */
export function ArmQuestion({ instance: key, onDone }: { instance: string; onDone: () => void }) {
  const instance = useInstance(key);
  const [reason, setReason] = useState(lastAnswers.reason);
  const [forMs, setForMs] = useState(lastAnswers.forMs);
  const [trouble, setTrouble] = useState<PerchError | null>(null);
  const name = instance?.name ?? '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = reason.trim();
    if (given === '') return;
    Object.assign(lastAnswers, { reason: given, forMs });
    setTrouble(null);
    arm(key, given, forMs).then(onDone, (thrown) => setTrouble(asPerchError(thrown)));
  };
  return (
    <form className="confirm" onSubmit={submit}>
      <Heading slot="title">Arm {name}?</Heading>
      <Reason value={reason} onChange={setReason} isFirst />
      <ArmFor name={name} forMs={forMs} onChange={setForMs} />
      {trouble && <Trouble error={trouble} />}
      <div className="dialog-buttons">
        <Button onPress={onDone}>Cancel</Button>
        <Button type="submit" look="armed" isDisabled={reason.trim() === ''} onPress={() => {}}>
          Arm
        </Button>
      </div>
    </form>
  );
}
