import { LIMITS } from '../protocol/limits.ts';
import type { Output } from './output.ts';

/**
 * One command of `perch`: what it takes, in a small table, and what it does. Parsing, `perch help` and
 * docs/cli.md all come from the table.
 */
export interface Command {
  /** In order, after the command's name. */
  readonly args: readonly ArgSpec[];
  readonly options: Record<string, OptionSpec>;
  /** A paragraph for `perch help NAME` and docs/cli.md. */
  readonly about: string;
  /** The shape `--json` prints, as it stands in docs/cli.md. */
  readonly json?: string;
  /** Lines a person would type, without the leading `perch `. */
  readonly examples: readonly string[];
  /** The exit code (protocol/errors.ts names them). Throws PerchError; main prints it. */
  run(call: Invocation): Promise<number>;
}

/** An argument by position. With `oneOf` it is a verb such as `up` in `perch tunnel up ENV`. */
export interface ArgSpec {
  readonly name: string;
  readonly does: string;
  readonly isOptional?: boolean;
  readonly oneOf?: readonly string[];
}

export type OptionSpec =
  | { readonly kind: 'flag'; readonly does: string }
  | {
      readonly kind: 'text';
      readonly value: string;
      readonly does: string;
      readonly isRequired?: boolean;
      /** With this flag it need not be there. */
      readonly unless?: string;
    }
  /** May be given several times. */
  | { readonly kind: 'texts'; readonly value: string; readonly does: string }
  | {
      readonly kind: 'integer';
      readonly value: string;
      readonly does: string;
      readonly min: number;
      readonly max: number;
    };

/** What was typed, checked against the command's table. */
export interface Invocation<A = Record<string, string | undefined>, O = Record<string, unknown>> {
  args: A;
  options: O;
  out: Output;
  /** Aborts at the first Ctrl-C (SIGINT) or SIGTERM. A second one ends the process. */
  signal: AbortSignal;
}

type ArgsOf<A extends readonly ArgSpec[]> = {
  [S in A[number] as S['name']]: S extends { isOptional: true } ? string | undefined : string;
};
type OptionsOf<O extends Record<string, OptionSpec>> = {
  [K in keyof O]: O[K] extends { kind: 'flag' }
    ? boolean
    : O[K] extends { kind: 'texts' }
      ? string[] | undefined
      : O[K] extends { kind: 'integer' }
        ? number | undefined
        : O[K] extends { isRequired: true }
          ? string
          : string | undefined;
};

/** Declares a command; `run` gets arguments and options with the types of its table. */
export function command<
  const A extends readonly ArgSpec[],
  const O extends Record<string, OptionSpec>,
>(spec: {
  args: A;
  options: O;
  about: string;
  json?: string;
  examples: readonly string[];
  run(call: Invocation<ArgsOf<A>, OptionsOf<O> & OptionsOf<typeof EVERYWHERE>>): Promise<number>;
}): Command {
  return spec as unknown as Command;
}

/** What every command takes. */
export const EVERYWHERE = {
  json: { kind: 'flag', does: 'Print JSON on stdout, everything else on stderr.' },
  timeout: {
    kind: 'integer',
    value: 'MS',
    min: 1,
    max: LIMITS.maxCallMs,
    does: `How long to wait for an answer, and for a recovery; ${LIMITS.callMs} unless told.`,
  },
  'no-color': { kind: 'flag', does: 'No colours. The variable NO_COLOR does the same.' },
  help: { kind: 'flag', does: 'What this command does and takes.' },
} as const satisfies Record<string, OptionSpec>;

/** What a command takes that reads the inventory. */
export const INVENTORY = {
  inventory: {
    kind: 'text',
    value: 'FILE',
    does: 'The inventory of environments and instances; ~/.config/perch/fleet.yaml unless told.',
  },
} as const satisfies Record<string, OptionSpec>;

/** What a command takes that connects. */
export const CONNECTION = {
  ...INVENTORY,
  identity: {
    kind: 'text',
    value: 'FILE',
    does: "The private key to log in with; the inventory's, else ~/.config/perch/id_ed25519.",
  },
  'host-key': {
    kind: 'text',
    value: 'SHA256:…',
    does: "The fingerprint the agent's host key must have; the inventory's, else known_hosts.",
  },
} as const satisfies Record<string, OptionSpec>;

export const TARGET = {
  name: 'TARGET',
  does: 'An instance: a name from `perch fleet`, host:port, [v6]:port or unix:/path.',
} as const satisfies ArgSpec;

export const NODE = {
  name: 'NODE',
  does: 'A node of its tree: an id (4121.0.17), or a lineage path (app/games/7f3a) or an unambiguous end of one.',
} as const satisfies ArgSpec;
