import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { show, useInterface } from '../store/interface.ts';
import { ArmQuestion } from './question/arm-question.tsx';
import { Question } from './question/question.tsx';

/** Asks for the reason of an act, or of arming. Enter confirms once there is one. */
export function Confirm() {
  const asked = useInterface((state) => state.asked);
  const arming = useInterface((state) => state.arming);
  const close = () => show({ asked: null, arming: null });
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={asked !== null || arming !== null}
      onOpenChange={(isOpen) => !isOpen && close()}
      isDismissable
    >
      <Modal className="dialog is-question">
        <Dialog>
          {asked ? (
            <Question asked={asked} onDone={close} />
          ) : (
            arming !== null && <ArmQuestion instance={arming} onDone={close} />
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
