/** One frame: file as a path or URL as V8 has it, line counted from 1. */
export interface Site {
  function: string;
  file: string;
  line: number;
}

/**
 * The frames of the code that runs now, innermost first, without Node's own and those above `below`. None of the
 * service's code runs: whatever it put in the place of `Error.prepareStackTrace` is set aside for this moment.
 */
export function callSites(below: (...args: never[]) => unknown, limit: number): Site[] {
  const before = ['prepareStackTrace', 'stackTraceLimit'].map(
    (key) => [key, Object.getOwnPropertyDescriptor(Error, key)] as const,
  );
  // An accessor, or something frozen: it is not ours to play with.
  if (before.some(([, property]) => property && !(property.writable && property.configurable))) return [];
  try {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = (_, sites) => sites;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, below);
    return Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]).flatMap(toSite) : [];
  } catch {
    return [];
  } finally {
    for (const [key, property] of before) {
      if (property) Object.defineProperty(Error, key, property);
      else delete (Error as unknown as Record<string, unknown>)[key];
    }
  }
}

function toSite(site: NodeJS.CallSite): Site[] {
  const file = site.getFileName();
  const line = site.getLineNumber();
  if (!file || !line || file.startsWith('node:')) return [];
  return [{ function: site.getFunctionName() ?? '', file, line }];
}
