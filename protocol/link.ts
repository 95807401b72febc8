import { PerchError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** A place that a link names: an instance of an environment, and what of its tree; null: no more than the instance. */
export interface Link {
  /** `LOCAL_ENVIRONMENT`, or one of the inventory. */
  environment: string;
  instance: string;
  lineage: string | null;
}

/** What This computer is called in a link. An environment of the inventory with this name comes before it. */
export const LOCAL_ENVIRONMENT = 'local';

export const LINK_SCHEME = 'perch';
const BEGIN = `${LINK_SCHEME}://`;

/** What RFC 3986 lets stand in a path: no query, no fragment, no blank, nothing that was not encoded. */
const PATH = /^(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/;
/** Nothing of a name: what cannot be seen, or turns the words around it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/**
 * Reads `perch://ENVIRONMENT/INSTANCE/LINEAGE`. Links come from mails and web pages: one that is not wholly as it should
 * be is refused, never read as well as may be. Throws BAD_LINK; its message repeats nothing of the link.
 */
export function parseLink(text: string): Link {
  if (text.length > LIMITS.maxLinkChars) throw bad(`it has more than ${LIMITS.maxLinkChars} characters`);
  if (text.slice(0, BEGIN.length).toLowerCase() !== BEGIN) throw bad(`it does not begin with ${BEGIN}`);
  const path = text.slice(BEGIN.length);
  if (!PATH.test(path)) throw bad('there is a character in it that must be encoded');
  const parts = path.split('/').map(decoded);
  // Browsers and desktops put a slash at the end.
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  if (parts.includes('')) throw bad('a part of it is empty');
  if (parts.some((part) => part === '.' || part === '..')) throw bad('a part of it is only dots');
  const [environment, instance, ...lineage] = parts;
  if (environment === undefined || instance === undefined) throw bad('it names no instance');
  return { environment, instance, lineage: lineage.length === 0 ? null : lineage.join('/') };
}

/** The link to a place; null for one that no link can name, such as a name with a line break in it. */
export function formatLink({ environment, instance, lineage }: Link): string | null {
  try {
    const parts = [environment, instance, ...(lineage === null ? [] : lineage.split('/'))];
    const text = BEGIN + parts.map(encodeURIComponent).join('/');
    const read = parseLink(text);
    const isSame = read.environment === environment && read.instance === instance && read.lineage === lineage;
    return isSame ? text : null;
  } catch {
    return null;
  }
}

/** A fleet as far as a link names something of it. */
export interface LinkedFleet {
  environments: readonly {
    name: string;
    /** This computer. */
    isLocal: boolean;
    instances: readonly { key: string; name: string }[];
  }[];
}

/** The link to an instance, or to what stands at a lineage of it; null where no link can name it. */
export function linkTo(fleet: LinkedFleet | null, instance: string, lineage: string | null): string | null {
  for (const { name, isLocal, instances } of fleet?.environments ?? []) {
    const found = instances.find(({ key }) => key === instance);
    if (!found) continue;
    const environment = isLocal ? LOCAL_ENVIRONMENT : name;
    return formatLink({ environment, instance: found.name, lineage });
  }
  return null;
}

function decoded(part: string): string {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch (cause) {
    throw bad('a part of it is no UTF-8', cause);
  }
  if (UNSEEN.test(text)) throw bad('a part of it has characters that cannot be seen');
  return text;
}

function bad(why: string, cause?: unknown): PerchError {
  return new PerchError('BAD_LINK', `This is no link of Perch: ${why}`, { why }, cause);
}
