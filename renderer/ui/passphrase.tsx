import { type FormEvent, useState } from 'react';
import { Dialog, Heading, Input, Label, Modal, ModalOverlay, TextField } from 'react-aria-components';
import { LIMITS } from '../../protocol/limits.ts';
import { ask } from '../bridge.ts';
import { fleet } from '../store/desk.ts';
import { useValue } from '../store/value.ts';
import { Button } from './button.tsx';

/** A locked key is to be opened. What is typed goes to the main process and stays nowhere. */
export function PassphraseDialog() {
  const question = useValue(fleet)?.passphrase;
  const answer = (passphrase: string | null) => {
    if (question) void ask('answer-passphrase', { question: question.id, passphrase });
  };
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={question !== undefined}
      onOpenChange={(isOpen) => !isOpen && answer(null)}
    >
      <Modal className="dialog">
        <Dialog>{question && <Form key={question.id} words={question.words} onAnswer={answer} />}</Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Form({ words, onAnswer }: { words: string; onAnswer: (passphrase: string | null) => void }) {
  const [typed, setTyped] = useState('');
  const [isSent, setSent] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed === '' || isSent) return;
    onAnswer(typed);
    setTyped('');
    setSent(true);
  };
  return (
    <form className="confirm" onSubmit={submit}>
      <Heading slot="title">The key to log in with is locked</Heading>
      <p className="soft">
        Instances of the inventory wait for it. The passphrase opens the key until the app ends, and is
        written nowhere.
      </p>
      <TextField
        className="field"
        type="password"
        value={typed}
        onChange={setTyped}
        maxLength={LIMITS.maxPassphraseChars}
        autoFocus
        autoComplete="off"
      >
        <Label>{words}</Label>
        <Input className="input" />
      </TextField>
      <div className="dialog-buttons">
        <Button onPress={() => onAnswer(null)}>Not now</Button>
        <Button type="submit" look="main" isDisabled={typed === '' || isSent} onPress={() => {}}>
          {isSent ? 'Opening…' : 'Open the key'}
        </Button>
      </div>
    </form>
  );
}
