import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { show, useInterface } from '../store/interface.ts';
import { Button } from './button.tsx';

/** Every key that does something, and where. */
const KEYS: readonly { where: string; keys: readonly [string, string][] }[] = [
  {
    where: 'Anywhere',
    keys: [
      ['/', 'search the tree'],
      ['F6', 'next pane'],
      ['1 2 3 4', 'Overview, State, Stack, History'],
      ['O D', 'outline, drawing'],
      ['A', 'arm the instance, disarm it'],
      ['T', 'theme: system, light, dark'],
      ['Ctrl + −', 'larger, smaller'],
      ['?', 'this sheet'],
    ],
  },
  {
    where: 'On a head of the outline',
    keys: [
      ['Enter', 'sort by it'],
      ['Alt ← →', 'narrower, wider'],
      ['Shift F10', 'menu'],
    ],
  },
  {
    where: 'In the drawing',
    keys: [
      ['+ −', 'zoom'],
      ['0', 'fit'],
    ],
  },
  {
    where: 'In the timeline',
    keys: [['Enter', 'to the node, and what it did']],
  },
  {
    where: 'In the tree',
    keys: [
      ['↑ ↓', 'move'],
      ['→ ←', 'open, close, to the parent'],
      ['Home End', 'first, last'],
      ['K  Del', 'kill'],
      ['S', 'stop'],
      ['R', 'restart, start again'],
      ['P', 'suspend, resume'],
      ['G', 'send a signal'],
      ['B', 'break a stuck loop'],
      ['N', 'start a child'],
      ['X', 'delete a stopped child'],
      ['Shift F10', 'menu'],
    ],
  },
];

export function KeySheet() {
  const isOpen = useInterface((state) => state.isSheetOpen);
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={isOpen}
      onOpenChange={(open) => show({ isSheetOpen: open })}
      isDismissable
    >
      <Modal className="dialog is-wide">
        <Dialog>
          {({ close }) => (
            <>
              <Heading slot="title">Keys</Heading>
              <div className="keys">
                {KEYS.map(({ where, keys }) => (
                  <section key={where}>
                    <h3>{where}</h3>
                    <dl className="keys-list">
                      {keys.map(([key, does]) => (
                        <div key={key} className="keys-item">
                          <dt>
                            {key.split(/ +/).map((each) => (
                              <kbd key={each}>{each}</kbd>
                            ))}
                          </dt>
                          <dd>{does}</dd>
                        </div>
                      ))}
                    </dl>
                  </section>
                ))}
              </div>
              <div className="dialog-buttons">
                <Button onPress={close}>Close</Button>
              </div>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
