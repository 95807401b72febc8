import type { ChildReceipt, Registry } from '../registry.ts';
import { take } from './claim.ts';
import type { Questions } from './messages.ts';
import type { PulseWriter } from './pulse.ts';

/** What a probe may be asked to do to its thread. The others are looks. */
export type Deed = 'act' | 'suspend' | 'terminate' | 'end';

export interface Acting {
  answers: { [Q in Deed]: (args: Questions[Q]['args']) => Questions[Q]['answer'] };
  /** Resolves once it is over: the service's own code runs meanwhile. */
  actOnChild(args: Questions['child-act']['args']): Promise<ChildReceipt>;
}

export interface Actor {
  registry: Registry;
  pulse: PulseWriter;
  terminate(threadId: number): boolean;
  /** This thread is to be held once the answer that says so has left. */
  onHeld(leaseMs: number): void;
}

const WITHDRAWN = { accepted: false, code: 'NOT_POSSIBLE', words: 'It was withdrawn.' } as const;
const ENDED = { accepted: false, code: 'GONE', words: 'That incarnation has ended.' } as const;

/** What the probe does where it may act; `@perch/agent/observe` is built with no-acting.ts in the place of this file. */
export function acting({ registry, pulse, terminate, onHeld }: Actor): Acting {
  return {
    answers: {
      act: ({ serial, act, cause, claim }) => {
        if (!take(claim)) return WITHDRAWN;
        return registry.nodes.get(serial)?.act(act, cause) ?? ENDED;
      },
      suspend: ({ leaseMs }) => {
        if (!pulse.takeHold()) return false;
        onHeld(leaseMs);
        return true;
      },
      terminate: ({ threadId }) => terminate(threadId),
      // Called by Node's own `process.exit`, after the handlers of `exit`.
      end: ({ code }) => (process as unknown as { reallyExit(code: number): never }).reallyExit(code),
    },
    actOnChild: async ({ serial, act, cause, claim }) => {
      if (!take(claim)) return WITHDRAWN;
      const node = registry.nodes.get(serial);
      if (!node) return ENDED;
      if (node.childAct) return node.childAct(act, cause);
      const words = 'The package that supervises it is too old for that.';
      return { accepted: false, code: 'NOT_POSSIBLE', words };
    },
  };
}
