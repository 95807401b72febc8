import { useState } from 'react';
import type { InstanceView } from '../../electron/ipc.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import { ask } from '../bridge.ts';
import { Button } from '../ui/button.tsx';
import { Trouble } from '../ui/trouble.tsx';

/** Trusts the host key that is shown, and says when that could not be kept. */
export function TrustHost({ instance, fingerprint }: { instance: InstanceView; fingerprint: string }) {
  const [failed, setFailed] = useState<PerchError | null>(null);
  const trust = () => {
    setFailed(null);
    ask('trust-host-key', { instance: instance.key, fingerprint }).catch((thrown) =>
      setFailed(asPerchError(thrown)),
    );
  };
  return (
    <>
      <Button look="main" onPress={trust}>
        It is the same: trust it
      </Button>
      {failed && <Trouble error={failed} />}
    </>
  );
}
