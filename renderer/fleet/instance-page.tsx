import type { ReactNode } from 'react';
import type { InstanceView } from '../../electron/ipc.ts';
import { ask } from '../bridge.ts';
import { now } from '../store/clock.ts';
import { fleet } from '../store/desk.ts';
import { useValue } from '../store/value.ts';
import { Button } from '../ui/button.tsx';
import { Command } from '../ui/copy.tsx';
import { age } from '../ui/format.ts';
import { shellWord } from '../ui/shell-word.ts';
import { TrustHost } from './trust-host.tsx';

/** In place of a tree that was never there: what is the matter, and what to do. */
export function InstancePage({ instance }: { instance: InstanceView }) {
  const Body = BODIES[instance.state];
  return (
    <div className={`page${instance.state === 'host-key-changed' ? ' is-bad' : ''}`}>
      <Body instance={instance} />
    </div>
  );
}

type Body = (props: { instance: InstanceView }) => ReactNode;

const BODIES: Record<InstanceView['state'], Body> = {
  connecting: Connecting,
  reconnecting: Connecting,
  stale: Connecting,
  live: () => <p role="status">Connected. Waiting for the tree.</p>,
  refused: Refused,
  'host-key-changed': HostKeyChanged,
  'host-key-unknown': HostKeyUnknown,
  'tunnel-off': TunnelOff,
  gone: ({ instance }) => (
    <>
      <h2>{instance.name} has ended</h2>
      <p className="soft">It was started without a name of its own, so no successor is waited for.</p>
    </>
  ),
  closed: () => <p>Closed.</p>,
};

function Connecting({ instance }: { instance: InstanceView }) {
  const time = useValue(now);
  const { error, retryAt, address } = instance;
  const next = retryAt === null ? null : Math.max(0, retryAt - time);
  return (
    <>
      <Head role="status">{error ? `Cannot reach ${instance.name}` : `Connecting to ${instance.name}`}</Head>
      <p className="code selectable soft">{address}</p>
      {error && (
        <>
          <p className="selectable">{error.message}</p>
          <p className="soft">{error.mend}</p>
          <p className="page-line">
            <Retry instance={instance} />
            <span className="soft">
              {next !== null && next >= 1000 ? `Next try in ${age(next)}` : 'Trying'}
            </span>
          </p>
        </>
      )}
    </>
  );
}

function Refused({ instance }: { instance: InstanceView }) {
  const { error } = instance;
  const line = textFact(error, 'line');
  if (error?.code === 'KEY_REFUSED' && line) {
    return (
      <>
        <Head role="alert">{instance.name} does not know this key</Head>
        <p>
          Put this line into the service’s <code>PERCH_AUTHORIZED_KEYS</code>. A file is read at every login,
          so nothing has to be started again.
        </p>
        <Command text={line} label="Copy the line" />
        <p className="soft">Grant less by taking capabilities out of it.</p>
        <p>
          <Retry instance={instance} />
        </p>
      </>
    );
  }
  return (
    <>
      <Head role="alert">{(error && LOGIN_HEADS[error.code]) ?? 'The login failed'}</Head>
      <p className="selectable">{error?.message}</p>
      {error?.code !== 'PASSPHRASE_NEEDED' && <p className="soft">{error?.mend}</p>}
      {error?.code === 'NO_IDENTITY' && <Command text="npx perch keys new" />}
      <p>
        <Retry instance={instance} />
      </p>
    </>
  );
}

const LOGIN_HEADS: Partial<Record<NonNullable<InstanceView['error']>['code'], string>> = {
  NO_IDENTITY: 'There is no key to log in with',
  PASSPHRASE_NEEDED: 'The key to log in with is locked',
};

function HostKeyChanged({ instance }: { instance: InstanceView }) {
  const { error } = instance;
  return (
    <>
      <Head role="alert">The host key of {instance.name} has changed</Head>
      <p>
        <strong>Someone may stand between you and the service.</strong> Perch has not logged in and sent
        nothing.
      </p>
      <Fingerprints error={error} />
      <p className="soft">
        If the key was changed on purpose, take the old one out of{' '}
        <span className="code selectable">{textFact(error, 'where') ?? 'known_hosts'}</span>.
      </p>
      <p>
        <Retry instance={instance} />
      </p>
    </>
  );
}

function HostKeyUnknown({ instance }: { instance: InstanceView }) {
  const { error } = instance;
  const fingerprint = textFact(error, 'fingerprint');
  return (
    <>
      <Head role="status">{instance.name} is met for the first time</Head>
      <p>Compare its fingerprint with the one that the agent printed when it began to listen.</p>
      {fingerprint && <p className="fingerprint selectable">{fingerprint}</p>}
      <p className="page-line">
        {fingerprint && <TrustHost instance={instance} fingerprint={fingerprint} />}
        <Retry instance={instance} />
      </p>
    </>
  );
}

function TunnelOff({ instance }: { instance: InstanceView }) {
  const view = useValue(fleet);
  // Root has another home, and so another inventory of its own.
  const words = ['tunnel', 'up', instance.environment, '--inventory', view?.inventory.file ?? ''];
  return (
    <>
      <Head role="status">The tunnel of {instance.environment} is off</Head>
      <Command text={`sudo npx perch ${words.map(shellWord).join(' ')}`} />
      <p className="soft">Perch looks again every two seconds and goes on by itself.</p>
    </>
  );
}

/** The heading, told to those who cannot see it change. */
function Head({ role, children }: { role: 'status' | 'alert'; children: ReactNode }) {
  return (
    <div role={role}>
      <h2>{children}</h2>
    </div>
  );
}

function Retry({ instance }: { instance: InstanceView }) {
  const isLocked = instance.error?.code === 'PASSPHRASE_NEEDED';
  return (
    <Button
      look={isLocked ? 'main' : 'plain'}
      onPress={() => void ask('reconnect', { instance: instance.key })}
    >
      {isLocked ? 'Type the passphrase' : 'Try now'}
    </Button>
  );
}

function Fingerprints({ error }: { error: InstanceView['error'] }) {
  const known = textFact(error, 'expected');
  const presented = textFact(error, 'fingerprint');
  return (
    <dl className="facts">
      {known && (
        <>
          <dt>Known</dt>
          <dd className="code selectable">{known}</dd>
        </>
      )}
      {presented && (
        <>
          <dt>Now shown</dt>
          <dd className="code selectable">{presented}</dd>
        </>
      )}
    </dl>
  );
}

function textFact(error: InstanceView['error'], name: string): string | null {
  const fact = error?.facts[name];
  if (Array.isArray(fact)) return fact.filter((each) => typeof each === 'string').join('\n') || null;
  return typeof fact === 'string' ? fact : null;
}
