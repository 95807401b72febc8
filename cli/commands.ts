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
    name: 'fleet',
    summary: 'The instances of the inventory and of this computer',
    load: async () => (await import('./commands/fleet.ts')).fleet,
  },
  {
    name: 'attach',
    summary: 'Put the agent into a Node process that runs without one',
    load: async () => (await import('./commands/attach.ts')).attach,
  },
  {
    name: 'detach',
    summary: 'Take the agent out of a service, which goes on',
    load: async () => (await import('./commands/detach.ts')).detach,
  },
  {
    name: 'check',
    summary: 'What is wrong now, over all instances',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'tree',
    summary: 'The tree of an instance, once or as it changes',
    load: async () => (await import('./commands/tree.ts')).tree,
  },
  {
    name: 'top',
    summary: 'The busiest nodes of an instance or the fleet, and how they change',
    load: async () => (await import('./commands/top.ts')).top,
  },
  {
    name: 'show',
    summary: 'Everything the tree knows of one node',
    load: async () => (await import('./commands/show.ts')).show,
  },
  {
    name: 'state',
    summary: "A worker's state",
    load: async () => (await import('./commands/state.ts')).state,
  },
  {
    name: 'stack',
    summary: 'What a thread is doing at this moment',
    load: async () => (await import('./commands/stack.ts')).stack,
  },
  {
    name: 'kill',
    summary: 'End one incarnation, as a crash would',
    load: async () => (await import('./commands/act.ts')).kill,
  },
  {
    name: 'stop',
    summary: 'End one incarnation in order; it stays stopped',
    load: async () => (await import('./commands/act.ts')).stop,
  },
  {
    name: 'restart',
    summary: 'Stop one incarnation in order and start the next',
    load: async () => (await import('./commands/act.ts')).restart,
  },
  {
    name: 'suspend',
    summary: 'Hold a thread until it is resumed, its lease is over or this ends',
    load: async () => (await import('./commands/suspend.ts')).suspend,
  },
  {
    name: 'resume',
    summary: 'Let a suspended thread go on',
    load: async () => (await import('./commands/suspend.ts')).resume,
  },
  {
    name: 'break',
    summary: 'End what a stuck loop runs, without a kill',
    load: async () => (await import('./commands/break.ts')).breakLoop,
  },
  {
    name: 'signal',
    summary: 'Send a process a signal and follow what it does',
    load: async () => (await import('./commands/signal.ts')).signal,
  },
  {
    name: 'children',
    summary: "A supervisor's children: list, start, terminate, restart, delete",
    load: async () => (await import('./commands/children.ts')).children,
  },
  {
    name: 'ledger',
    summary: 'What happened: exits, decisions, starts',
    load: async () => (await import('./commands/ledger.ts')).ledger,
  },
  {
    name: 'black-box',
    summary: 'How the life of an instance before this one ended',
    load: async () => (await import('./commands/black-box.ts')).blackBox,
  },
  {
    name: 'cost',
    summary: 'What Perch itself takes of a service: cpu, memory, bytes',
    load: async () => (await import('./commands/cost.ts')).cost,
  },
  {
    name: 'audit',
    summary: 'Who asked for which act, and what became of it',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  {
    name: 'keys',
    summary: 'Make a key to log in with',
    load: async () => (await import('./commands/keys.ts')).keys,
  },
  {
    name: 'tunnel',
    summary: "Bring an environment's WireGuard tunnel up or down, say how it is",
    load: async () => (await import('./commands/tunnel.ts')).tunnel,
  },
  {
    name: 'open',
    summary: 'Open the desktop app, at an instance or a node of it',
    load: async () => (await import('./commands/open.ts')).open,
  },
  {
    name: 'demo',
    summary: 'The example game in two regions on this computer',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'help',
    summary: 'What there is, or what one command does',
    load: async () => (await import('./commands/help.ts')).help,
  },
];

export function findCommand(name: string): CommandRow | undefined {
  return COMMANDS.find((row) => row.name === name);
}
