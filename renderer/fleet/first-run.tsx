import type { FleetView } from '../../electron/ipc.ts';
import { Command } from '../ui/copy.tsx';
import { Trouble } from '../ui/trouble.tsx';

/** Nothing to look at yet: how to get something. */
export function FirstRun({ view }: { view: FleetView }) {
  const { error, file } = view.inventory;
  return (
    <div className="page">
      {error && <Trouble error={error} />}
      <h1>Nothing to look at yet</h1>
      <p className="soft">
        Perch looks for services on this computer. One that starts now shows up here by itself.
      </p>
      <h2>Any service of yours, without a change to its code</h2>
      <Command text="node --import @perch/agent/register app.js" />
      <h2>A game in two regions, to try things out</h2>
      <Command text="npx perch demo" />
      <h2>Services elsewhere</h2>
      <p className="soft">
        Put them into an inventory at <code className="selectable">{file}</code>, and this computer’s public
        key into their <code>PERCH_AUTHORIZED_KEYS</code>.
      </p>
      {view.publicKey ? (
        <Command text={view.publicKey} label="Copy the public key" />
      ) : (
        <Command text="npx perch keys new" />
      )}
    </div>
  );
}
