import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { GROUPS, type WidgetKeys } from '../command/command.ts';
import { COMMANDS, WIDGET_KEYS } from '../command/commands.ts';
import { show, useInterface } from '../store/interface.ts';
import { Button } from './button.tsx';
import { Keys } from './keys.tsx';

/** Every key that does something, and where: one section a group of commands, then one a part of the screen. */
export function sheetSections(): readonly WidgetKeys[] {
  const groups = GROUPS.map((group): WidgetKeys => {
    const rows = COMMANDS.filter((command) => command.group === group && command.keys.length > 0);
    return { where: group, keys: rows.map(({ keys, title }) => [keys, title.replace('…', '')]) };
  });
  return [...groups, ...WIDGET_KEYS].filter(({ keys }) => keys.length > 0);
}

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
                {sheetSections().map(({ where, keys }) => (
                  <section key={where}>
                    <h3>{where}</h3>
                    <dl className="keys-list">
                      {keys.map(([chords, does]) => (
                        <div key={does} className="keys-item">
                          <dt>
                            {chords.map((chord) => (
                              <Keys key={chord} chord={chord} />
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
