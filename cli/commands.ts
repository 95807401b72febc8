import type { Command } from './command.ts';

/** A command's row: its name, one line about it, and where it is. Nothing is loaded before it is asked for. */
export interface CommandRow {
  readonly name: string;
  /** One line of `perch help`. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every command, in the order of `perch help`. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'help',
    summary: 'What there is, or what one command does',
    load: async () => (await import('./commands/help.ts')).help,
  },
  {
    name: 'tunnel',
    summary: "Bring an environment's WireGuard tunnel up or down, or say how it is",
    load: async () => (await import('./commands/tunnel.ts')).tunnel,
  },
  {
    name: 'demo',
    summary: 'The example game in two regions on this computer',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
];

export function findCommand(name: string): CommandRow | undefined {
  return COMMANDS.find((row) => row.name === name);
}
