import { PerchError } from '../../protocol/errors.ts';
import type { acting as Made } from './acting.ts';

/** In the place of acting.ts in `@perch/agent/observe`: the hub there has nothing that would ask, and nothing would be done. */
export const acting: typeof Made = () => {
  const refuse = () => {
    throw new PerchError('CONTROL_OFF', 'The agent of this service looks and does nothing else');
  };
  return {
    answers: { act: refuse, suspend: refuse, terminate: refuse, end: refuse },
    actOnChild: async () => refuse(),
  };
};
