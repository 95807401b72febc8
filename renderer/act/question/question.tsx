import { type FormEvent, useState } from 'react';
import { Heading } from 'react-aria-components';
import { isEnding } from '../../../protocol/act.ts';
import { asPerchError, type PerchError } from '../../../protocol/errors.ts';
import { type ActDetails, runAct } from '../../store/acts.ts';
import { arm } from '../../store/arming.ts';
import { observedAt, useInstance } from '../../store/desk.ts';
import type { Interface } from '../../store/interface.ts';
import { useNode } from '../../store/use-tree.ts';
import { titleOf } from '../../tree/words.ts';
import { Button } from '../../ui/button.tsx';
import { Trouble } from '../../ui/trouble.tsx';
import { ACT_WORDS, actsOn, afterwards, CALM_ACTS, consequence } from '../rules.ts';
import { ArmFor } from './arm-for.tsx';
import { Details, detailsOf, given, isComplete } from './details.tsx';
import { PreviewBox } from './preview-box.tsx';
import { lastAnswers, Reason } from './reason.tsx';
import { usePreview } from './use-preview.ts';

type Asked = NonNullable<Interface['asked']>;

/** What an act will do, and why it is wanted; where the window is read-only yet, for how long to arm it. */
export function Question({ asked, onDone }: { asked: Asked; onDone: () => void }) {
  const { act, instance: key, inSpiteOf } = asked;
  const { tree } = observedAt(key);
  const instance = useInstance(key);
  // The incarnation that was asked about, also when its successor is selected by now.
  const [node] = useState(() => tree.node(asked.node));
  const live = useNode(tree, asked.node);
  const supervisor = useNode(tree, node?.parent ?? null);
  const reading = usePreview({ instance: key, act, node: asked.node, epoch: tree.epoch });
  // About the others nobody decides: of those the words are all there is, unless they would be refused.
  const isDecided = isEnding(act);
  const refused = !isDecided && !inSpiteOf && reading.preview?.possible === false && reading.preview.why;
  const [reason, setReason] = useState(lastAnswers.reason);
  const [forMs, setForMs] = useState(lastAnswers.forMs);
  const [details, setDetails] = useState<ActDetails>(() => asked.details ?? detailsOf(act));
  const [trouble, setTrouble] = useState<PerchError | null>(null);
  const [isArming, setArming] = useState(false);
  if (!node) return null;
  const { title } = ACT_WORDS[act];
  const does = inSpiteOf ? `${title} all the same` : title;
  const isArmed = instance?.armed.mine != null;
  const isGone = !live || !actsOn(live, supervisor).includes(act);
  const isReady = reason.trim() !== '' && !isGone && !isArming && isComplete(act, details);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    const why = reason.trim();
    Object.assign(lastAnswers, { reason: why, forMs });
    if (!isArmed) {
      setArming(true);
      setTrouble(null);
      try {
        await arm(key, why, forMs);
      } catch (thrown) {
        setTrouble(asPerchError(thrown));
        setArming(false);
        return;
      }
    }
    const more = { ...given(details), ...(inSpiteOf ? { force: true } : {}) };
    void runAct({ act, instance: key, node, epoch: tree.epoch, reason: why, details: more });
    onDone();
  };

  return (
    <form className="confirm" onSubmit={(event) => void submit(event)}>
      <Heading slot="title">
        {act === 'start-child' ? 'Start a child of' : title} {titleOf(node)}{' '}
        <span className="code">#{node.incarnation}</span>?
      </Heading>
      {refused ? (
        <p className="bad" role="status">
          It would be refused. {refused}
        </p>
      ) : (
        <p className="soft">
          {isGone
            ? 'That incarnation has ended meanwhile.'
            : consequence(act, node, isDecided ? null : supervisor)}
        </p>
      )}
      {inSpiteOf && <p className="in-spite-of">{inSpiteOf}</p>}
      {isDecided && <PreviewBox reading={reading} otherwise={afterwards(act, node, supervisor)} />}
      <Details act={act} supervisor={node} details={details} onChange={setDetails} />
      <Reason value={reason} onChange={setReason} isFirst={act !== 'start-child'} />
      {!isArmed && <ArmFor name={instance?.name ?? ''} forMs={forMs} onChange={setForMs} />}
      {trouble && <Trouble error={trouble} />}
      <div className="dialog-buttons">
        <Button onPress={onDone}>Cancel</Button>
        <Button
          type="submit"
          look={CALM_ACTS.has(act) && !inSpiteOf ? 'main' : 'danger'}
          isDisabled={!isReady}
          onPress={() => {}}
        >
          {isArming ? 'Arming…' : isArmed ? does : `Arm and ${does.toLowerCase()}`}
        </Button>
      </div>
    </form>
  );
}
