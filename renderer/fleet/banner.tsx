import type { InstanceView } from '../../electron/ipc.ts';
import { ask } from '../bridge.ts';
import { now } from '../store/clock.ts';
import { useValue } from '../store/value.ts';
import { Button } from '../ui/button.tsx';
import { age } from '../ui/format.ts';
import { TrustHost } from './trust-host.tsx';

/** Above a tree that is not live: why, how old it is, and what is being done about it. */
export function Banner({ instance }: { instance: InstanceView }) {
  const time = useValue(now);
  if (instance.state === 'live') return null;
  const { error, heardAt, retryAt, state } = instance;
  const isLoud = state === 'host-key-changed' || state === 'refused';
  const shown = error?.facts.fingerprint;
  const unknownKey = state === 'host-key-unknown' && typeof shown === 'string' ? shown : null;
  const next = retryAt === null ? null : Math.max(0, retryAt - time);
  return (
    <div className={`banner${isLoud ? ' is-bad' : ''}`} role={isLoud ? 'alert' : 'status'}>
      <p>
        <strong>{HEADS[state]}</strong>
        {heardAt !== null && ` This is as it was ${age(time - heardAt)} ago.`}
        {state === 'reconnecting' && next !== null && next >= 1000 && ` Next try in ${age(next)}.`}
        {unknownKey && (
          <>
            {' '}
            Compare it with the one the agent printed: <code className="selectable">{unknownKey}</code>
          </>
        )}
        {isLoud && error && ` ${error.message}. ${error.mend}`}
      </p>
      {unknownKey && <TrustHost instance={instance} fingerprint={unknownKey} />}
      {state !== 'stale' && (
        <Button onPress={() => void ask('reconnect', { instance: instance.key })}>Try now</Button>
      )}
    </div>
  );
}

const HEADS: Record<InstanceView['state'], string> = {
  connecting: 'Connecting.',
  live: '',
  reconnecting: 'Connection lost; connecting again.',
  stale: 'Nothing heard.',
  refused: 'The login fails now.',
  'host-key-changed': 'The host key has changed.',
  'host-key-unknown': 'The host key is not known.',
  'tunnel-off': 'The tunnel is off.',
  gone: 'It has ended.',
  closed: 'Closed.',
};
