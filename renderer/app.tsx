import { Group, Panel, Separator } from 'react-resizable-panels';
import { Confirm } from './act/confirm.tsx';
import { FirstRun } from './fleet/first-run.tsx';
import { Fleet } from './fleet/fleet.tsx';
import { Inspector } from './inspect/inspector.tsx';
import { fleet, instancesOf } from './store/desk.ts';
import { useInterface } from './store/interface.ts';
import { useValue } from './store/value.ts';
import { TimelinePane } from './timeline/timeline.tsx';
import { TreePane } from './tree/tree-pane.tsx';
import { ArmedFrame } from './ui/armed.tsx';
import { useGlobalKeys } from './ui/global-keys.ts';
import { KeySheet } from './ui/key-sheet.tsx';
import { StatusBar } from './ui/status-bar.tsx';

/** The window: fleet, tree, inspector, and the timeline under them. */
export function App() {
  const view = useValue(fleet);
  useGlobalKeys();
  return (
    <div className="app">
      <main className="panes">
        {view && (instancesOf(view).length === 0 ? <FirstRun view={view} /> : <Panes />)}
      </main>
      <StatusBar />
      <ArmedFrame />
      <Confirm />
      <KeySheet />
    </div>
  );
}

function Panes() {
  const instance = useInterface((state) => state.instance);
  return (
    <Group orientation="vertical">
      <Panel id="upper" minSize={240}>
        <Group orientation="horizontal">
          <Panel
            id="fleet"
            defaultSize={228}
            minSize={170}
            maxSize={420}
            groupResizeBehavior="preserve-pixel-size"
          >
            <Fleet />
          </Panel>
          <Separator className="divider is-upright" aria-label="Width of the fleet" />
          <Panel id="tree" minSize={360}>
            <TreePane instance={instance} />
          </Panel>
          <Separator className="divider is-upright" aria-label="Width of the inspector" />
          <Panel
            id="inspector"
            defaultSize={340}
            minSize={260}
            maxSize={720}
            groupResizeBehavior="preserve-pixel-size"
          >
            <Inspector instance={instance} />
          </Panel>
        </Group>
      </Panel>
      <Separator className="divider is-level" aria-label="Height of the timeline" />
      <Panel id="timeline" defaultSize={190} minSize={80} groupResizeBehavior="preserve-pixel-size">
        <TimelinePane instance={instance} />
      </Panel>
    </Group>
  );
}
