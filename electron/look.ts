import { PerchError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import { integer, list, object, oneOf, optional, type Schema, string } from '../protocol/schema.ts';
import type { Look } from './ipc.ts';

const MAX_PANES = 8;
const MAX_PANE_PX = 10_000;
/** Columns, order and filters of a list are some hundred characters. */
const MAX_CHOICE_CHARS = 4000;

/**
 * How the window looked in one environment, from the window or from the file. What a view or a column is called only the
 * window knows; it reads them again and passes over what it does not know any more.
 */
export const look: Schema<Look> = object({
  view: optional(string(20)),
  theme: optional(oneOf(['system', 'light', 'dark'] as const)),
  panes: optional(panes),
  outline: optional(choice),
  nodes: optional(choice),
});

/** Places that are watched, from the window or from the file. */
export const watchedPlaces = list(
  object({ instance: string(1024), lineage: string(LIMITS.maxLinkChars) }),
  LIMITS.maxWatchedPlaces,
);

function panes(value: unknown, at: string): Record<string, number> {
  const entries = Object.entries(plain(value, at));
  if (entries.length > MAX_PANES) throw new PerchError('BAD_CALL', `${at}: more than ${MAX_PANES} panes`);
  const px = integer(0, MAX_PANE_PX);
  return Object.fromEntries(entries.map(([id, size]) => [string(20)(id, at), px(size, `${at}.${id}`)]));
}

function choice(value: unknown, at: string): Record<string, unknown> {
  const found = plain(value, at);
  if (JSON.stringify(found).length > MAX_CHOICE_CHARS) throw new PerchError('BAD_CALL', `${at}: too much`);
  return found;
}

function plain(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new PerchError('BAD_CALL', `${at}: expected an object`);
}
