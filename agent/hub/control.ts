import type { ActDocument } from '../../protocol/act.ts';
import type { CallArgs } from '../../protocol/calls.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { Preview } from '../../protocol/preview.ts';
import type { ActAudience, ActRequest } from './acts/request.ts';

/** All that a hub may do to its service, and what is told of it beforehand. */
export interface Control {
  perform(request: ActRequest, audience: ActAudience): Promise<ActDocument>;
  /** Whether that call's outcome is known or awaited: asking again then acts on nothing. */
  isKnown(call: string): boolean;
  preview(request: CallArgs<'preview'>): Promise<Preview>;
  /** Call it each `LIMITS.beatMs`: what is held goes on when nobody attends to it. */
  attend(): void;
  /** The hub ends: what it holds goes on. */
  end(): void;
}

/** Of a service that is looked at and nothing else: `PERCH_CONTROL=off`, or the code for acts is not there. */
export function noControl(): Control {
  const refuse = async () => {
    throw controlOff();
  };
  return { perform: refuse, isKnown: () => false, preview: refuse, attend: () => {}, end: () => {} };
}

export function controlOff(): PerchError {
  return new PerchError('CONTROL_OFF', 'The agent of this service looks and does nothing else');
}
