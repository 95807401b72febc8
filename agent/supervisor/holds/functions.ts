import type inspector from 'node:inspector';

/** What V8 knows of a function that no property of it says. */
export interface FunctionFacts {
  scriptId: string;
  /** Counted from 0, as V8 counts them; the column is that of its parameters. */
  line: number;
  column: number;
  /** Values of the variables that it closes over, in the functions around it. */
  closedOver: unknown[];
}

/** Values that the inspector hands us by reference go through here, and are taken out at once. */
const KEY = Symbol.for('perch.agent.look');
const hand = globalThis as { [KEY]?: unknown };
const HAND = `globalThis[Symbol.for('perch.agent.look')]`;

/** Most variables of one scope that are looked at. */
const MAX_VARIABLES = 200;

/**
 * Looks into functions of this thread, through a session of the inspector that is open no longer than `look` runs.
 * It enables no domain, so nothing gets slower; no getter and none of the service's code is run. Null where there
 * is no inspector to be used.
 */
export function lookIntoFunctions<T>(look: (factsOf: (of: unknown) => FunctionFacts | null) => T): T | null {
  // Under the permission model an inspector can end the process, depending on Node's version.
  if (process.permission) return null;
  let session: inspector.Session | null = null;
  try {
    const { Session } = process.getBuiltinModule('node:inspector');
    session = new Session();
    session.connect();
    return look(factsThrough(session));
  } catch {
    return null;
  } finally {
    delete hand[KEY];
    try {
      session?.disconnect();
    } catch {
      // It was never connected.
    }
  }
}

function factsThrough(session: inspector.Session): (of: unknown) => FunctionFacts | null {
  // With a session of one's own thread the answer is there when `post` returns.
  const ask = (method: string, params: object): Record<string, never> => {
    let answer: object = {};
    session.post(method as never, params as never, (error: Error | null, value: object) => {
      if (!error) answer = value;
    });
    return answer as Record<string, never>;
  };
  const objectGroup = 'perch';
  return (of) => {
    if (typeof of !== 'function') return null;
    hand[KEY] = of;
    const { result } = ask('Runtime.evaluate', { expression: HAND, objectGroup }) as { result?: Remote };
    const inside = internalsOf(ask, result);
    const place = inside.get('[[FunctionLocation]]')?.value as Place | undefined;
    const scopes = inside.get('[[Scopes]]');
    const facts = place && {
      scriptId: place.scriptId,
      line: place.lineNumber,
      column: place.columnNumber ?? 0,
      closedOver: scopes ? valuesIn(ask, scopes) : [],
    };
    ask('Runtime.releaseObjectGroup', { objectGroup });
    return facts ?? null;
  };
}

interface Remote {
  objectId?: string;
  description?: string;
  value?: unknown;
}
interface Place {
  scriptId: string;
  lineNumber: number;
  columnNumber?: number;
}
type Ask = (method: string, params: object) => Record<string, never>;

function internalsOf(ask: Ask, remote: Remote | undefined): Map<string, Remote> {
  if (!remote?.objectId) return new Map();
  const { internalProperties = [] } = ask('Runtime.getProperties', {
    objectId: remote.objectId,
    ownProperties: true,
  }) as { internalProperties?: { name: string; value?: Remote }[] };
  return new Map(internalProperties.flatMap(({ name, value }) => (value ? [[name, value]] : [])));
}

/** Variables of the module and global ones are everybody's. A scope is handed over as an object whose properties are its variables. */
function valuesIn(ask: Ask, scopes: Remote): unknown[] {
  const { result = [] } = ask('Runtime.getProperties', {
    objectId: scopes.objectId,
    ownProperties: true,
  }) as {
    result?: { value?: Remote }[];
  };
  const values: unknown[] = [];
  for (const { value: scope } of result) {
    if (!scope?.objectId || !/^(?:Closure|Block|Local|Catch)/.test(scope.description ?? '')) continue;
    ask('Runtime.callFunctionOn', {
      objectId: scope.objectId,
      functionDeclaration: `function () { ${HAND} = this.object; }`,
      silent: true,
    });
    const variables = Object.getOwnPropertyDescriptors((hand[KEY] ?? {}) as object);
    for (const { value } of Object.values(variables).slice(0, MAX_VARIABLES)) values.push(value);
  }
  return values;
}
