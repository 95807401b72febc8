import { Search } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';
import { fleet, instancesOf, observedAt } from '../../store/desk.ts';
import { goTo } from '../../store/go-to.ts';
import { show, useInterface } from '../../store/interface.ts';
import { useValue } from '../../store/value.ts';
import { counted } from '../../ui/format.ts';
import { COMMANDS } from '../commands.ts';
import { type Found, findCommands, findInstances, findNodes, ranked, type Section, wordsOf } from './find.ts';
import { FoundRow } from './found-row.tsx';
import { giveFocusBack } from './open.ts';

/** Everything that can be done or gone to, found by typing. */
export function Palette() {
  const isOpen = useInterface((state) => state.isPaletteOpen);
  const picked = useRef<Found | null>(null);
  // What was picked is done once the palette is gone: it may open a dialog of its own, or put the focus somewhere.
  useEffect(() => {
    if (isOpen) return;
    giveFocusBack();
    const found = picked.current;
    picked.current = null;
    if (found) go(found);
  }, [isOpen]);
  const close = () => show({ isPaletteOpen: false });
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={isOpen}
      onOpenChange={(open) => !open && close()}
      isDismissable
    >
      <Modal className="dialog is-palette">
        <Dialog aria-label="Palette">
          <Search size={15} className="palette-icon" aria-hidden />
          <Finder
            onPick={(found) => {
              picked.current = found;
              close();
            }}
          />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function go(found: Found): void {
  switch (found.kind) {
    case 'command':
      if (found.command.isOffered() === true) found.command.run();
      return;
    case 'instance':
      goTo({ instance: found.instance.key });
      return;
    case 'node': {
      const { instance } = useInterface.getState();
      if (instance !== null) goTo({ instance, node: found.node.id });
      return;
    }
    default:
      found satisfies never;
  }
}

function Finder({ onPick }: { onPick: (found: Found) => void }) {
  const [query, setQuery] = useState('');
  const sought = useDeferredValue(query);
  const sections = useSections(sought);
  const all = useMemo(() => sections.flatMap(({ found }) => found), [sections]);
  const [activeId, setActive] = useState<string | null>(null);
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    all.findIndex(({ id }) => id === activeId),
  );
  const active = all[at];
  const activeDomId = active && `${base}-${at}`;
  useEffect(() => {
    if (activeDomId) document.getElementById(activeDomId)?.scrollIntoView({ block: 'nearest' });
  }, [activeDomId, active]);

  const pick = (found: Found | undefined) => {
    if (found && !(found.kind === 'command' && found.whyNot !== null)) onPick(found);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      // What is listed may be of fewer letters than were typed.
      if (sought === query) pick(active);
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined || all.length === 0) return;
    event.preventDefault();
    const isOne = Math.abs(step) === 1;
    const next = isOne ? (at + step + all.length) % all.length : at + step;
    setActive(all[Math.min(all.length - 1, Math.max(0, next))]!.id);
  };

  return (
    <>
      <input
        className="palette-input"
        type="text"
        role="combobox"
        aria-label="Commands, instances, nodes"
        aria-expanded
        aria-controls={`${base}-list`}
        aria-autocomplete="list"
        aria-activedescendant={activeDomId}
        placeholder="A command, an instance, a node"
        spellCheck={false}
        maxLength={200}
        // biome-ignore lint/a11y/noAutofocus: who opens the palette wants to type
        autoFocus
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(null);
          list.current?.scrollTo(0, 0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={`${base}-list`} className="palette-list" role="listbox" aria-label="Found">
        {sections.map(({ title, found, more }) => (
          <div key={title} role="group" aria-labelledby={`${base}-${title}`} className="palette-section">
            <h3 id={`${base}-${title}`} role="presentation" className="palette-title">
              {title}
              {more > 0 && (
                <span className="faint">
                  {' '}
                  the nearest {found.length} of {found.length + more}
                </span>
              )}
            </h3>
            {found.map((each) => (
              <FoundRow
                key={each.id}
                id={`${base}-${all.indexOf(each)}`}
                found={each}
                query={sought}
                isActive={each === active}
                onPoint={() => setActive(each.id)}
                onPick={() => pick(each)}
              />
            ))}
          </div>
        ))}
      </div>
      {all.length === 0 && (
        <p className="palette-none">
          Nothing is called so. Names, lineages and ids of nodes are looked for in the instance that is open.
        </p>
      )}
      <p className="unseen" role="status">
        {counted(all.length, 'result', 'results')}
      </p>
    </>
  );
}

/** It is open already. */
const OTHERS = COMMANDS.filter(({ id }) => id !== 'palette');

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };

/** What is found stays put while it is read: the tree is not listened to. */
function useSections(query: string): Section[] {
  const view = useValue(fleet);
  const instance = useInterface((state) => state.instance);
  const words = useMemo(() => wordsOf(query), [query]);
  const nodes = useMemo(
    () => findNodes(words, instance === null ? [] : observedAt(instance).tree.nodes()),
    [words, instance],
  );
  return useMemo(
    () => ranked([findCommands(words, OTHERS), findInstances(words, instancesOf(view)), nodes]),
    [words, view, nodes],
  );
}
