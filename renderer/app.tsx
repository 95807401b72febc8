import { type ReactNode, useEffect, useRef } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { Confirm } from './act/confirm.tsx';
import { Palette } from './command/palette/palette.tsx';
import { useKeys } from './command/use-keys.ts';
import { CostSheet } from './cost/cost-sheet.tsx';
import { FirstRun } from './fleet/first-run.tsx';
import { Fleet } from './fleet/fleet.tsx';
import { Inspector } from './inspect/inspector.tsx';
import { Middle } from './middle.tsx';
import { fleet, instancesOf } from './store/desk.ts';
import { useInterface } from './store/interface.ts';
import { useOfValue, useValue } from './store/value.ts';
import { TimelinePane } from './timeline/timeline.tsx';
import { ArmedFrame } from './ui/armed.tsx';
import { KeySheet } from './ui/key-sheet.tsx';
import { useIsNarrow } from './ui/narrow.ts';
import { NoticeLine } from './ui/notice.tsx';
import { PassphraseDialog } from './ui/passphrase.tsx';
import { PausedBar } from './ui/paused.tsx';
import { SizedPanel } from './ui/sized-panel.tsx';
import { StatusBar } from './ui/status-bar.tsx';
import { WornBar } from './ui/worn.tsx';

/** What a tree needs to show what it is made for. */
const TREE_PX = 540;

/** How much wider the inspector gets for what is pinned: what the fleet and the tree can spare. */
function roomBeside(pins: number): number {
  const { panes } = useInterface.getState();
  return Math.max(0, Math.min(pins * 300, innerWidth - panes.fleet - panes.inspector - TREE_PX));
}

/** The window: fleet, tree, inspector, and the timeline under them. */
export function App() {
  useKeys();
  return (
    <div className="app">
      <WornBar />
      <PausedBar />
      <NoticeLine />
      <main className="panes">
        <FleetOrFirstRun />
      </main>
      <StatusBar />
      <ArmedFrame />
      <Confirm />
      <PassphraseDialog />
      <KeySheet />
      <CostSheet />
      <Palette />
    </div>
  );
}

function FleetOrFirstRun() {
  const isEmpty = useOfValue(fleet, (view) => view && instancesOf(view).length === 0);
  if (isEmpty === null) return null;
  return isEmpty ? <OfFirstRun /> : <Panes />;
}

function OfFirstRun() {
  const view = useValue(fleet);
  return view && <FirstRun view={view} />;
}

/** Panes one above the other; what was gone to is in sight, wherever one had scrolled. */
function Stacked({ children }: { children: ReactNode }) {
  const panes = useRef<HTMLDivElement>(null);
  const place = useInterface(({ page, view, instance }) => `${page} ${view} ${instance}`);
  const before = useRef(place);
  useEffect(() => {
    if (place !== before.current) panes.current?.children[1]?.scrollIntoView();
    before.current = place;
  }, [place]);
  return (
    <div ref={panes} className="stacked">
      {children}
    </div>
  );
}

function Panes() {
  const instance = useInterface((state) => state.instance);
  const pins = useInterface((state) => state.pins.length);
  // What is shown of all instances has no place for what is known of one.
  const isOfOne = useInterface(({ page }) => page === 'tree');
  if (useIsNarrow()) {
    return (
      <Stacked>
        <Fleet />
        <Middle instance={instance} />
        {isOfOne && <Inspector instance={instance} />}
        {isOfOne && <TimelinePane instance={instance} />}
      </Stacked>
    );
  }
  return (
    <Group orientation="vertical">
      <Panel id="upper" minSize={240}>
        <Group orientation="horizontal">
          <SizedPanel id="fleet" minSize={170} maxSize={420}>
            <Fleet />
          </SizedPanel>
          <Separator className="divider is-upright" aria-label="Width of the fleet" />
          <Panel id="tree" minSize={360}>
            <Middle instance={instance} />
          </Panel>
          {isOfOne && (
            <>
              <Separator className="divider is-upright" aria-label="Width of the inspector" />
              <SizedPanel id="inspector" minSize={260} maxSize={720} extraPx={roomBeside(pins)}>
                <Inspector instance={instance} />
              </SizedPanel>
            </>
          )}
        </Group>
      </Panel>
      {isOfOne && (
        <>
          <Separator className="divider is-level" aria-label="Height of the timeline" />
          <SizedPanel id="timeline" minSize={80}>
            <TimelinePane instance={instance} />
          </SizedPanel>
        </>
      )}
    </Group>
  );
}
