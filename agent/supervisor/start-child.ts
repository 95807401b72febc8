import type { ChildHandle } from './child-handle.ts';
import type { Definition } from './definition.ts';
import { request } from './request.ts';
import { type Origin, Slot } from './slot.ts';

/** Gives a new child its place and starts it; resolves with its handle once it is ready, as OTP's start_child. */
export function startChild(definition: Definition, id: string, origin: Origin): Promise<ChildHandle> {
  const started = () => request(definition, id, { type: 'start-child', child: new Slot(id, origin) });
  const { spec } = origin;
  if (!('children' in spec)) return started();
  spec.above = definition;
  const declared = definition.children.get(id)?.spec;
  if (declared && 'children' in declared && declared !== spec) spec.takeOver(declared);
  return started().catch((error) => {
    // It never got the place, so it may be put elsewhere; one that has it is let go of when it has ended.
    const holder = definition.current?.state.children.get(id)?.spec;
    if (spec !== holder) spec.above = null;
    throw error;
  });
}
