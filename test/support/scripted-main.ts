import { runApp } from '../../electron/app.ts';
import type { FleetView, Push } from '../../electron/ipc.ts';
import { PerchError } from '../../protocol/errors.ts';
import { NOT_CHECKED } from './checked.ts';

declare global {
  var perchScript: {
    setFleet(view: FleetView): void;
    push(push: Push): void;
    /** What calls are answered with from now on, by name; `pending`: never, `{ throws }`: that error is thrown. */
    setAnswers(answers: Record<string, unknown>): void;
  };
}

let fleet: FleetView = {
  environments: [],
  inventory: { file: '', error: null },
  publicKey: null,
  findings: [],
  checked: NOT_CHECKED,
};
/** Electron answers a call by itself once nobody can answer it any more. */
const kept: unknown[] = [];
let answers: Record<string, unknown> = {};

async function answer(name: string): Promise<never> {
  const given = answers[name];
  if (given === undefined) throw new PerchError('NOT_POSSIBLE', 'The script answers no calls');
  if (given === 'pending') return new Promise((resolve) => kept.push(resolve));
  if (typeof given === 'object' && given !== null && 'throws' in given) {
    throw PerchError.fromDocument(given.throws as never);
  }
  return given as never;
}

/** The app's main program over a desk that a test holds by `globalThis.perchScript`. */
runApp((push) => {
  globalThis.perchScript = {
    setFleet(view) {
      fleet = view;
      push({ kind: 'fleet', fleet });
    },
    push,
    setAnswers(given) {
      answers = given;
    },
  };
  return {
    fleet: () => fleet,
    watch: () => {},
    state: () => answer('state'),
    stack: () => answer('stack'),
    nodes: () => answer('nodes'),
    act: () => answer('act'),
    blackBox: () => answer('black-box'),
    cost: () => answer('cost'),
    preview: () => answer('preview'),
    arm: () => answer('arm'),
    disarm: () => answer('disarm'),
    planAttach: () => answer('plan-attach'),
    attach: () => answer('attach'),
    detach: () => answer('detach'),
    reconnect: () => {},
    trustHostKey: () => answer('trust-host-key'),
    startDemo: () => {},
    importInventory: () => answer('import-inventory'),
    answerPassphrase: () => {},
    close: () => {},
  };
});
