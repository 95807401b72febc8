import { type FormEvent, useState } from 'react';
import { Dialog, Heading, Input, Label, Modal, ModalOverlay, TextField } from 'react-aria-components';
import { LIMITS } from '../../protocol/limits.ts';
import { runAct } from '../store/acts.ts';
import { observedAt } from '../store/desk.ts';
import { show, useInterface } from '../store/interface.ts';
import { useNode } from '../store/use-tree.ts';
import { titleOf } from '../tree/words.ts';
import { Button } from '../ui/button.tsx';
import { ACT_WORDS, consequence } from './rules.ts';

/** Asks for the reason of an act. Enter confirms once there is one. */
export function Confirm() {
  const asked = useInterface((state) => state.asked);
  const close = () => show({ asked: null });
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={asked !== null}
      onOpenChange={(isOpen) => !isOpen && close()}
      isDismissable
    >
      <Modal className="dialog">
        <Dialog>{asked && <Question asked={asked} onDone={close} />}</Dialog>
      </Modal>
    </ModalOverlay>
  );
}

type Asked = NonNullable<ReturnType<typeof useInterface.getState>['asked']>;

/** The reason given last: often the next one is for the same cause. */
let lastReason = '';

function Question({ asked, onDone }: { asked: Asked; onDone: () => void }) {
  const { act, instance } = asked;
  const { tree } = observedAt(instance);
  // The incarnation that was asked about, also when its successor is selected by now.
  const [node] = useState(() => tree.node(asked.node));
  const live = useNode(tree, asked.node);
  const supervisor = useNode(tree, node?.parent ?? null);
  const [reason, setReason] = useState(lastReason);
  if (!node) return null;
  const { title } = ACT_WORDS[act];
  const isGone = !live || live.endedAt !== null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = reason.trim();
    if (given === '' || isGone) return;
    lastReason = given;
    void runAct({ act, instance, node, epoch: tree.epoch, reason: given });
    onDone();
  };

  return (
    <form className="confirm" onSubmit={submit}>
      <Heading slot="title">
        {title} {titleOf(node)} <span className="code">#{node.incarnation}</span>?
      </Heading>
      <p className="soft">
        {isGone ? 'That incarnation has ended meanwhile.' : consequence(act, node, supervisor)}
      </p>
      <TextField
        className="field"
        value={reason}
        onChange={setReason}
        maxLength={LIMITS.maxReasonChars}
        autoFocus
      >
        <Label>Reason</Label>
        <Input
          className="input"
          placeholder="Why? It goes into the ledger and the audit log."
          onFocus={(event) => event.currentTarget.select()}
        />
      </TextField>
      <div className="dialog-buttons">
        <Button onPress={onDone}>Cancel</Button>
        <Button
          type="submit"
          look={act === 'restart' ? 'main' : 'danger'}
          isDisabled={reason.trim() === '' || isGone}
          onPress={() => {}}
        >
          {title}
        </Button>
      </div>
    </form>
  );
}
