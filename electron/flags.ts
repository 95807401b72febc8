import { PerchError } from '../protocol/errors.ts';

export interface Flags {
  /** The inventory to use instead of the person's own. */
  inventory: string | undefined;
}

/** `--inventory FILE` or `--inventory=FILE`, else PERCH_INVENTORY. What Chromium adds to the line is passed over. */
export function readFlags(argv: readonly string[], env: NodeJS.ProcessEnv): Flags {
  const at = argv.findIndex((word) => word === '--inventory' || word.startsWith('--inventory='));
  if (at === -1) return { inventory: env.PERCH_INVENTORY || undefined };
  const [, joined] = argv[at]!.split(/=(.*)/s);
  const inventory = joined ?? argv[at + 1];
  if (!inventory) throw new PerchError('BAD_USAGE', '--inventory needs a file');
  return { inventory };
}
