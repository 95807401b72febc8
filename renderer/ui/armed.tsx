import { LockOpen } from 'lucide-react';
import type { InstanceView } from '../../electron/ipc.ts';
import type { Arming } from '../../protocol/ledger.ts';
import { leftMs, toggleArmed } from '../store/arming.ts';
import { now } from '../store/clock.ts';
import { fleet, instancesOf, useInstance } from '../store/desk.ts';
import { useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { authorWords } from '../timeline/words.ts';
import { Button } from './button.tsx';
import { countdown } from './format.ts';

/** A frame around the whole window while it may act on what is open. */
export function ArmedFrame() {
  const open = useInstance(useInterface((state) => state.instance));
  return open?.armed.mine ? <div className="armed-frame" aria-hidden /> : null;
}

/** In the status bar: what this window may act on and for how long yet, and who else may on what. */
export function ArmedStatus() {
  const instances = instancesOf(useValue(fleet));
  const isAny = instances.some(({ armed }) => armed.mine !== null || armed.others.length > 0);
  useValue(now);
  if (!isAny) return null;
  return (
    <span className="armed-status" role="group" aria-label="Armed">
      {instances.map((instance) => {
        const { mine } = instance.armed;
        return mine && <Mine key={instance.key} instance={instance} arming={mine} />;
      })}
      {instances.flatMap((instance) =>
        instance.armed.others.map((other) => (
          <Other
            key={`${instance.key} ${other.author.key} ${other.since}`}
            instance={instance}
            arming={other}
          />
        )),
      )}
    </span>
  );
}

interface ArmedProps {
  instance: InstanceView;
  arming: Arming;
}

function Mine({ instance, arming }: ArmedProps) {
  return (
    <span className="armed-mine" title={arming.reason}>
      <LockOpen size={13} aria-hidden />
      <span>
        Armed on <strong>{instance.name}</strong>
      </span>
      <span className="armed-left">{countdown(leftMs(arming, instance.key))}</span>
      <Button look="armed" onPress={() => toggleArmed(instance.key)}>
        Disarm <kbd>A</kbd>
      </Button>
    </span>
  );
}

function Other({ instance, arming }: ArmedProps) {
  const words = `${authorWords(arming.author)} is armed on ${instance.name}`;
  return (
    <span className="armed-other cut" title={`${words}: ${arming.reason}`}>
      <LockOpen size={13} aria-hidden />
      <span className="cut">
        {words} · {countdown(leftMs(arming, instance.key))} · {arming.reason}
      </span>
    </span>
  );
}
