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

/** What a function leads to. */
export interface FunctionReach {
  /** Values of the variables that it closes over, its module's own too. */
  closedOver: unknown[];
  /** Of what `bind` made: the function, its `this` and its arguments. */
  bound: unknown[];
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
  return throughSession((ask) => look(factsThrough(ask)));
}

/** The same for what functions lead to. */
export function reachThroughFunctions<T>(look: (reachOf: (of: unknown) => FunctionReach) => T): T | null {
  return throughSession((ask) => look(reachThrough(ask)));
}

function throughSession<T>(look: (ask: Ask) => T): T | null {
  // Under the permission model an inspector can end the process, depending on Node's version.
  if (process.permission) return null;
  let session: inspector.Session | null = null;
  try {
    const { Session } = process.getBuiltinModule('node:inspector');
    session = new Session();
    session.connect();
    return look(asker(session));
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

/** With a session of one's own thread the answer is there when `post` returns. */
function asker(session: inspector.Session): Ask {
  return (method, params) => {
    let answer: object = {};
    session.post(method as never, params as never, (error: Error | null, value: object) => {
      if (!error) answer = value;
    });
    return answer as Record<string, never>;
  };
}

const objectGroup = 'perch';

/** What V8 keeps of a function beside its properties; `use` must be done with it when it returns. */
function inside<T>(ask: Ask, of: unknown, use: (internals: Map<string, Remote>) => T): T {
  hand[KEY] = of;
  const { result } = ask('Runtime.evaluate', { expression: HAND, objectGroup }) as { result?: Remote };
  try {
    return use(internalsOf(ask, result));
  } finally {
    ask('Runtime.releaseObjectGroup', { objectGroup });
  }
}

function reachThrough(ask: Ask): (of: unknown) => FunctionReach {
  return (of) =>
    inside(ask, of, (internals) => {
      const scopes = internals.get('[[Scopes]]');
      const [self, args] = ['[[BoundThis]]', '[[BoundArgs]]'].map((name) =>
        thingOf(ask, internals.get(name)),
      );
      return {
        closedOver: scopes ? valuesIn(ask, scopes, /^(?:Closure|Block|Local|Catch|Module)/) : [],
        bound: [
          thingOf(ask, internals.get('[[TargetFunction]]')),
          self,
          ...(Array.isArray(args) ? args : []),
        ],
      };
    });
}

function factsThrough(ask: Ask): (of: unknown) => FunctionFacts | null {
  return (of) => {
    if (typeof of !== 'function') return null;
    return inside(ask, of, (internals) => {
      const place = internals.get('[[FunctionLocation]]')?.value as Place | undefined;
      const scopes = internals.get('[[Scopes]]');
      if (!place) return null;
      return {
        scriptId: place.scriptId,
        line: place.lineNumber,
        column: place.columnNumber ?? 0,
        closedOver: scopes ? valuesIn(ask, scopes, /^(?:Closure|Block|Local|Catch)/) : [],
      };
    });
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

/** A scope is handed over as an object whose properties are its variables. Global ones are everybody's. */
function valuesIn(ask: Ask, scopes: Remote, wanted: RegExp): unknown[] {
  const { result = [] } = ask('Runtime.getProperties', {
    objectId: scopes.objectId,
    ownProperties: true,
  }) as {
    result?: { value?: Remote }[];
  };
  const values: unknown[] = [];
  for (const { value: scope } of result) {
    if (!scope?.objectId || !wanted.test(scope.description ?? '')) continue;
    const variables = Object.getOwnPropertyDescriptors((thingOf(ask, scope, 'this.object') ?? {}) as object);
    for (const { value } of Object.values(variables).slice(0, MAX_VARIABLES)) values.push(value);
  }
  return values;
}

/** The thing itself that the inspector names. */
function thingOf(ask: Ask, remote: Remote | undefined, expression = 'this'): unknown {
  if (!remote?.objectId) return remote?.value;
  delete hand[KEY];
  ask('Runtime.callFunctionOn', {
    objectId: remote.objectId,
    functionDeclaration: `function () { ${HAND} = ${expression}; }`,
    silent: true,
  });
  return hand[KEY];
}
