import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { AttachQuestion } from '../attach/attach-question.tsx';
import { DetachQuestion } from '../attach/detach-question.tsx';
import { show, useInterface } from '../store/interface.ts';
import { WornStrip } from '../ui/worn.tsx';
import { ArmQuestion } from './question/arm-question.tsx';
import { Question } from './question/question.tsx';

/** Asks for the reason of an act, or of arming; says first what an attach does. Enter confirms once there is all it takes. */
export function Confirm() {
  const asked = useInterface((state) => state.asked);
  const arming = useInterface((state) => state.arming);
  const attaching = useInterface((state) => state.attaching);
  const detaching = useInterface((state) => state.detaching);
  const close = () => show({ asked: null, arming: null, attaching: null, detaching: null });
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={asked !== null || arming !== null || attaching !== null || detaching !== null}
      onOpenChange={(isOpen) => !isOpen && close()}
      isDismissable
    >
      <Modal className="dialog is-question">
        <Dialog>
          <WornStrip instance={asked?.instance ?? arming ?? detaching} />
          {asked && <Question asked={asked} onDone={close} />}
          {arming !== null && <ArmQuestion instance={arming} onDone={close} />}
          {attaching && <AttachQuestion process={attaching} onDone={close} />}
          {detaching !== null && <DetachQuestion instance={detaching} onDone={close} />}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
