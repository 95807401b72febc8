import { runApp } from '../../electron/app.ts';
import type { FleetView, Push } from '../../electron/ipc.ts';
import { PerchError } from '../../protocol/errors.ts';

declare global {
  var perchScript: { setFleet(view: FleetView): void; push(push: Push): void };
}

const unasked = async (): Promise<never> => {
  throw new PerchError('NOT_POSSIBLE', 'The script answers no calls');
};

let fleet: FleetView = { environments: [], inventory: { file: '', error: null }, publicKey: null };

/** The app's main program over a desk that a test holds by `globalThis.perchScript`. */
runApp((push) => {
  globalThis.perchScript = {
    setFleet(view) {
      fleet = view;
      push({ kind: 'fleet', fleet });
    },
    push,
  };
  return {
    fleet: () => fleet,
    watch: () => {},
    state: unasked,
    stack: unasked,
    act: unasked,
    reconnect: () => {},
    trustHostKey: unasked,
    close: () => {},
  };
});
