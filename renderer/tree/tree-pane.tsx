import { Ghost, ListTree, Search, Share2, X } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import {
  Button,
  Input,
  SearchField,
  ToggleButton,
  ToggleButtonGroup,
  TooltipTrigger,
} from 'react-aria-components';
import type { Act } from '../../protocol/act.ts';
import { NodeMenu } from '../act/node-menu.tsx';
import { ACT_WORDS, actOfKey, actsOn, COMMON_ACTS, whyNot } from '../act/rules.ts';
import { Banner } from '../fleet/banner.tsx';
import { InstancePage } from '../fleet/instance-page.tsx';
import { PreviousLifeBanner } from '../fleet/previous-life.tsx';
import { observedAt, useInstance } from '../store/desk.ts';
import { show, useInterface, type View } from '../store/interface.ts';
import { useNode } from '../store/use-tree.ts';
import { Hint, Button as PlainButton } from '../ui/button.tsx';
import { counted } from '../ui/format.ts';
import { ChipBar } from './chip-bar.tsx';
import { chooseOutline, useOutlineChoice } from './choose.ts';
import { Drawing } from './drawing.tsx';
import { type ColumnMenuAt, Outline } from './outline.tsx';
import { withoutChips } from './outline-choice.ts';
import { search, select, useOutline } from './use-outline.ts';

/** The middle of the window: the tree of the open instance, or why there is none. */
export function TreePane({ instance }: { instance: string | null }) {
  if (instance !== null) return <OpenInstance key={instance} instance={instance} />;
  return (
    <section className="tree-pane" aria-label="Tree">
      <p className="inspect-note">Select an instance on the left.</p>
    </section>
  );
}

function OpenInstance({ instance: key }: { instance: string }) {
  const instance = useInstance(key);
  const { tree } = observedAt(key);
  const outline = useOutline(key, tree);
  const view = useInterface((state) => state.view);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const [columnMenu, setColumnMenu] = useState<ColumnMenuAt | null>(null);
  const selected = useNode(tree, outline.place.selected?.id ?? null);
  const supervisor = useNode(tree, selected?.parent ?? null);
  const reason = whyNot(selected, instance);
  const isLast = selected !== null && tree.newestAt(tree.keyOf(selected.id) ?? '')?.id === selected.id;
  const acts = selected ? actsOn(selected, supervisor, isLast) : [];
  const hasTree = tree.size > 0;

  const request = (act: Act) => {
    if (selected && reason === null && acts.includes(act))
      show({ asked: { act, instance: key, node: selected.id } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
    const act = actOfKey(event.key, acts);
    if (!act) return;
    event.preventDefault();
    request(act);
  };

  return (
    <section className="tree-pane" aria-label={instance?.name ?? 'Tree'}>
      <header className="tree-head">
        <h1 className="cut">
          {instance?.service || instance?.name}
          {instance?.region && <span className="soft"> {instance.region}</span>}
        </h1>
        <span className="spread" />
        {COMMON_ACTS.map((act) => (
          <PlainButton
            key={act}
            onPress={() => request(act)}
            isDisabled={reason !== null || !acts.includes(act)}
          >
            {ACT_WORDS[act].title}
          </PlainButton>
        ))}
      </header>
      {hasTree && <TreeBar instance={key} view={view} matched={outline.matched} />}
      {hasTree && (
        <ChipBar
          tree={tree}
          onColumns={view === 'outline' ? (at) => setColumnMenu({ ...at, id: null }) : null}
        />
      )}
      {instance && hasTree && <Banner instance={instance} />}
      {hasTree && <PreviousLifeBanner instance={key} />}
      {!hasTree && instance ? (
        <InstancePage instance={instance} />
      ) : (
        <div className={`tree-body${instance?.state === 'live' ? '' : ' is-old'}`} onKeyDown={onKeyDown}>
          {outline.rows.length === 0 && outline.matched !== null ? (
            <NoMatch instance={key} query={outline.place.query} />
          ) : view === 'outline' ? (
            <Outline
              instance={key}
              tree={tree}
              outline={outline}
              onMenu={setMenuAt}
              columnMenu={columnMenu}
              onColumnMenu={setColumnMenu}
            />
          ) : (
            <Drawing instance={key} tree={tree} outline={outline} onMenu={setMenuAt} />
          )}
        </div>
      )}
      <NodeMenu
        node={selected}
        at={menuAt}
        acts={acts}
        reason={reason}
        onAct={request}
        onClose={() => setMenuAt(null)}
      />
    </section>
  );
}

function TreeBar({
  instance,
  view,
  matched,
}: {
  instance: string;
  view: View;
  matched: readonly string[] | null;
}) {
  const field = useRef<HTMLInputElement>(null);
  const { tree } = observedAt(instance);
  const query = useInterface(({ places }) => places[instance]?.query ?? '');
  const hasGhosts = useInterface((state) => state.hasGhosts);
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter goes to what was found, Escape clears and goes back to the tree.
    if (event.key !== 'ArrowDown' && event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    document.querySelector<HTMLElement>('.outline, .drawing')?.focus();
    const first = matched?.[0];
    if (event.key === 'Escape') search(instance, tree, '');
    else if (first) select(instance, tree, first);
  };
  return (
    <div className="tree-bar">
      <ToggleButtonGroup
        className="switcher"
        aria-label="View"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[view]}
        onSelectionChange={(keys) => show({ view: [...keys][0] as View })}
      >
        <ToggleButton id="outline" className="button is-bare">
          <ListTree size={14} aria-hidden /> Outline
        </ToggleButton>
        <ToggleButton id="drawing" className="button is-bare">
          <Share2 size={14} aria-hidden /> Drawing
        </ToggleButton>
      </ToggleButtonGroup>
      <SearchField
        className="search"
        aria-label="Search the tree"
        value={query}
        onChange={(next) => search(instance, tree, next)}
      >
        <Search size={14} aria-hidden />
        <Input ref={field} className="input" placeholder="Search" onKeyDown={onKeyDown} />
        {matched !== null && (
          <span className="search-count soft" role="status">
            {counted(matched.length, 'match', 'matches')}
          </span>
        )}
        <Button className="search-clear" aria-label="Clear the search">
          <X size={13} aria-hidden />
        </Button>
      </SearchField>
      <TooltipTrigger delay={600}>
        <ToggleButton
          className="button is-bare is-icon"
          aria-label="Show ghosts"
          isSelected={hasGhosts}
          onChange={(on) => show({ hasGhosts: on })}
        >
          <Ghost size={15} strokeWidth={1.75} aria-hidden />
        </ToggleButton>
        <Hint>{hasGhosts ? 'Hide ghosts' : 'Show ghosts'}</Hint>
      </TooltipTrigger>
    </div>
  );
}

function NoMatch({ instance, query }: { instance: string; query: string }) {
  const { chips } = useOutlineChoice();
  return (
    <div className="page">
      <p>{query === '' ? 'No node passes the filters.' : `Nothing here matches “${query}”.`}</p>
      {query !== '' && <p className="soft">Names, lineages, ids, kinds and statuses are searched.</p>}
      <div className="page-buttons">
        {query !== '' && (
          <PlainButton onPress={() => search(instance, observedAt(instance).tree, '')}>
            Clear the search
          </PlainButton>
        )}
        {chips.length > 0 && (
          <PlainButton onPress={() => chooseOutline(withoutChips)}>Clear the filters</PlainButton>
        )}
      </div>
    </div>
  );
}
