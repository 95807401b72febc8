import type { Session } from '../../client/session.ts';
import type { CallArgs, CallEvent, CallName, HelloAnswer } from '../../protocol/calls.ts';
import { PerchError } from '../../protocol/errors.ts';
import { type InstanceInfo, type TreeNode, type TreeSnapshot, toColumns } from '../../protocol/tree.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { aNode } from '../support/tree-data.ts';

/** One call as the agent's side of the script sees it. */
export interface ScriptedCall {
  name: CallName;
  args: Record<string, unknown>;
  answer(value: unknown): void;
  refuse(error: PerchError): void;
  event(value: unknown): void;
}

/** A session whose agent is a script: the calls arrive in `calls`, and the test answers them. */
export class ScriptedSession implements Session {
  readonly hello: HelloAnswer;
  readonly hostKey = null;
  readonly closed: Promise<PerchError>;
  readonly calls: ScriptedCall[] = [];
  isClosed = false;
  #end: (error: PerchError) => void = () => {};
  #pending = new Set<(error: PerchError) => void>();

  constructor(info: Partial<InstanceInfo> = {}) {
    this.hello = helloOf(info);
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  call: Session['call'] = (name, args, options = {}) =>
    new Promise((resolve, reject) => {
      const finish = (run: () => void) => {
        this.#pending.delete(fail);
        run();
      };
      const fail = (error: PerchError) => finish(() => reject(error));
      this.#pending.add(fail);
      options.signal?.addEventListener('abort', () =>
        name.startsWith('watch-')
          ? finish(() => resolve(null as never))
          : fail(new PerchError('CANCELLED', 'cancelled')),
      );
      this.calls.push({
        name,
        args: args as CallArgs<CallName>,
        answer: (value) => finish(() => resolve(value as never)),
        refuse: fail,
        event: (value) => options.onEvent?.(value as CallEvent<typeof name>),
      });
    });

  /** The call of this name that came last. */
  last(name: CallName): ScriptedCall {
    const found = this.calls.findLast((call) => call.name === name);
    if (!found)
      throw new Error(`no call ${name}; there were ${this.calls.map((call) => call.name).join(', ')}`);
    return found;
  }

  lose(error = new PerchError('CONNECTION_LOST', 'the connection ended')): void {
    this.#end(error);
    for (const fail of [...this.#pending]) fail(error);
  }

  close(): void {
    this.isClosed = true;
    this.lose(new PerchError('CONNECTION_LOST', 'closed'));
  }
}

export function helloOf(info: Partial<InstanceInfo> = {}): HelloAnswer {
  return {
    protocol: PROTOCOL_VERSION,
    capabilities: ['observe', 'inspect', 'control'],
    key: 'local',
    armed: [],
    instance: infoOf(info),
  };
}

export function infoOf(info: Partial<InstanceInfo> = {}): InstanceInfo {
  return {
    service: 'tictactoe',
    region: 'fra',
    instance: 'fra-1',
    pid: 4121,
    node: '20.20.2',
    epoch: 'e1',
    agent: '0.1.0',
    startedAt: 0,
    listening: [],
    ...info,
  };
}

export function nodeOf(id: string, fields: Partial<TreeNode> = {}): TreeNode {
  return aNode({ name: id, lineage: id, ...fields, id });
}

export function snapshotOf(nodes: TreeNode[], fields: Partial<TreeSnapshot> = {}): TreeSnapshot {
  return { epoch: 'e1', revision: 1, at: 0, columns: toColumns(nodes), ...fields };
}
