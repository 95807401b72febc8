import { ChartNoAxesGantt, Ghost, ListTree, Search, Share2, X } from 'lucide-react';
import { type KeyboardEvent, memo, useCallback, useMemo, useRef, useState } from 'react';
import {
  Button,
  Input,
  SearchField,
  ToggleButton,
  ToggleButtonGroup,
  TooltipTrigger,
} from 'react-aria-components';
import { NodeMenu } from '../act/node-menu.tsx';
import { requestAct } from '../act/offered.ts';
import { ACT_WORDS, COMMON_ACTS } from '../act/rules.ts';
import { useActs } from '../act/use-acts.ts';
import { Banner } from '../fleet/banner.tsx';
import { InstancePage } from '../fleet/instance-page.tsx';
import { MissingBanner } from '../fleet/missing.tsx';
import { PreviousLifeBanner } from '../fleet/previous-life.tsx';
import { Icicle } from '../icicle/icicle.tsx';
import { observedAt, useInstance } from '../store/desk.ts';
import { show, useInterface, type View } from '../store/interface.ts';
import type { Lines } from '../store/lines.ts';
import { useOfTree } from '../store/use-tree.ts';
import { Hint, Button as PlainButton } from '../ui/button.tsx';
import { counted } from '../ui/format.ts';
import { ChipBar } from './chip-bar.tsx';
import { chooseOutline, useOutlineChoice } from './choose.ts';
import { Drawing } from './drawing.tsx';
import { type ColumnMenuAt, Outline } from './outline.tsx';
import { withoutChips } from './outline-choice.ts';
import { search, select, useHasNoMatch, useMatched, useOutline } from './use-outline.ts';

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
  const hasNoMatch = useHasNoMatch(outline.rows);
  const hasTree = useOfTree(tree, () => tree.size > 0, []);
  const onColumns = useCallback((at: { x: number; y: number }) => setColumnMenu({ ...at, id: null }), []);

  return (
    <section className="tree-pane" data-pane="tree" aria-label={instance?.name ?? 'Tree'}>
      <header className="tree-head">
        <h1 className="cut">
          {instance?.service || instance?.name}
          {instance?.region && <span className="soft"> {instance.region}</span>}
        </h1>
        <span className="spread" />
        <CommonActs instance={key} />
      </header>
      {hasTree && <TreeBar instance={key} view={view} rows={outline.rows} />}
      {hasTree && <ChipBar tree={tree} onColumns={view === 'outline' ? onColumns : null} />}
      {instance && hasTree && <Banner instance={instance} />}
      {hasTree && <PreviousLifeBanner instance={key} />}
      <MissingBanner instance={key} />
      {!hasTree && instance ? (
        <InstancePage instance={instance} />
      ) : (
        <div className={`tree-body${instance?.state === 'live' ? '' : ' is-old'}`}>
          {hasNoMatch ? (
            <NoMatch instance={key} query={outline.place.query} />
          ) : view === 'outline' ? (
            <Outline
              instance={key}
              tree={tree}
              rows={outline.rows}
              place={outline.place}
              onMenu={setMenuAt}
              columnMenu={columnMenu}
              onColumnMenu={setColumnMenu}
            />
          ) : view === 'icicle' ? (
            <Icicle instance={key} tree={tree} outline={outline} onMenu={setMenuAt} />
          ) : (
            <Drawing instance={key} tree={tree} outline={outline} onMenu={setMenuAt} />
          )}
        </div>
      )}
      <MenuOfSelected instance={key} at={menuAt} onClose={() => setMenuAt(null)} />
    </section>
  );
}

/** Above the tree. A figure of the selected node that changes draws no button again. */
function CommonActs({ instance }: { instance: string }) {
  const { acts, reason } = useActs(instance);
  const offered = COMMON_ACTS.filter((act) => reason === null && acts.includes(act)).join(' ');
  return useMemo(
    () =>
      COMMON_ACTS.map((act) => (
        <PlainButton key={act} onPress={() => requestAct(act)} isDisabled={!offered.split(' ').includes(act)}>
          {ACT_WORDS[act].title}
        </PlainButton>
      )),
    [offered],
  );
}

interface MenuOfSelectedProps {
  instance: string;
  at: { x: number; y: number } | null;
  onClose: () => void;
}

/** Closed it follows no node. */
function MenuOfSelected({ instance, at, onClose }: MenuOfSelectedProps) {
  return <NodeMenu {...useActs(instance, at !== null)} at={at} onAct={requestAct} onClose={onClose} />;
}

interface TreeBarProps {
  instance: string;
  view: View;
  rows: Lines;
}

const TreeBar = memo(function TreeBar({ instance, view, rows }: TreeBarProps) {
  const field = useRef<HTMLInputElement>(null);
  const { tree } = observedAt(instance);
  const query = useInterface(({ places }) => places[instance]?.query ?? '');
  const hasGhosts = useInterface((state) => state.hasGhosts);
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter goes to what was found, Escape clears and goes back to the tree.
    if (event.key !== 'ArrowDown' && event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    document.querySelector<HTMLElement>('.outline, .icicle, .drawing')?.focus();
    const first = rows.options.isMatch && rows.firstMatch();
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
        <ToggleButton id="icicle" className="button is-bare">
          <ChartNoAxesGantt size={14} aria-hidden /> Icicle
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
        <MatchCount rows={rows} />
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
});

function MatchCount({ rows }: { rows: Lines }) {
  const matched = useMatched(rows);
  if (matched === null) return null;
  return (
    <span className="search-count soft" role="status">
      {counted(matched.count, 'match', 'matches')}
    </span>
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
