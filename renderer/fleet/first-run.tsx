import { type ReactNode, useState } from 'react';
import type { FleetView } from '../../electron/ipc.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import { UnobservedList } from '../attach/unobserved.tsx';
import { ask } from '../bridge.ts';
import { Button } from '../ui/button.tsx';
import { Command } from '../ui/copy.tsx';
import { shellWord } from '../ui/shell-word.ts';
import { Trouble } from '../ui/trouble.tsx';

/** Nothing to look at yet: how to get something. What starts on this computer takes its place by itself. */
export function FirstRun({ view }: { view: FleetView }) {
  const { error, file } = view.inventory;
  return (
    <div className="page first-run">
      {error && <Trouble error={error} />}
      <h1>Nothing to look at yet</h1>
      <p className="page-line" role="status">
        <span className="dot is-waiting" />
        Looking for services on this computer. One that starts now shows up here by itself.
      </p>
      <Way title="Any service of yours, without a change to its code">
        <Command text="node --import @perch/agent/register app.js" />
      </Way>
      {view.unobserved && view.unobserved.length > 0 && (
        <Way title="One that runs here already, without a restart">
          <UnobservedList processes={view.unobserved} />
        </Way>
      )}
      <Way title="A game in two regions, to try things out">
        <DemoWay demo={view.demo} />
      </Way>
      <Way title="Services elsewhere">
        <ImportWay file={file} />
        <p className="soft">
          This computer’s public key goes into their <code>PERCH_AUTHORIZED_KEYS</code>.
        </p>
        <PublicKey view={view} />
      </Way>
      <p className="faint">No account, and nothing is sent anywhere: Perch works offline.</p>
    </div>
  );
}

function PublicKey({ view: { publicKey, lockedKey } }: { view: FleetView }) {
  if (publicKey !== null) return <Command text={publicKey} label="Copy the public key" />;
  if (lockedKey === undefined) return <Command text="npx perch keys new" />;
  return (
    <>
      <p className="soft">
        The key of this computer is locked. Its public half is to be had with its passphrase:
      </p>
      <Command text={`ssh-keygen -y -f ${shellWord(lockedKey)} | tee ${shellWord(`${lockedKey}.pub`)}`} />
    </>
  );
}

function Way({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="way">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function DemoWay({ demo }: { demo: FleetView['demo'] }) {
  const isStarting = demo?.state === 'running';
  return (
    <>
      <p className="soft">
        Two services on this computer that end with this window. In a terminal it is{' '}
        <code>npx perch demo</code>.
      </p>
      <p className="page-line">
        <Button look="main" onPress={() => void ask('start-demo', {})} isDisabled={isStarting}>
          {isStarting ? 'Starting the demo…' : 'Start the demo'}
        </Button>
        {demo?.state === 'failed' && (
          <span className="bad selectable" role="alert">
            {demo.words}
          </span>
        )}
      </p>
    </>
  );
}

function ImportWay({ file }: { file: string }) {
  const [trouble, setTrouble] = useState<PerchError | null>(null);
  const [imported, setImported] = useState<string[] | null>(null);
  const choose = () => {
    setTrouble(null);
    ask('import-inventory', {}).then(
      (done) => setImported(done?.environments ?? null),
      (thrown) => setTrouble(asPerchError(thrown)),
    );
  };
  return (
    <>
      <p className="soft">
        They stand in an inventory, <code className="selectable">{file}</code>. One that somebody gave you, or
        a WireGuard profile, can be taken over.
      </p>
      <p className="page-line">
        <Button onPress={choose}>Import a file…</Button>
        {imported && (
          <span className="soft" role="status">
            Imported: {imported.join(', ') || 'no environment'}. Instances go below its services.
          </span>
        )}
      </p>
      {trouble && <Trouble error={trouble} />}
    </>
  );
}
