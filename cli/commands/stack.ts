import type { StackFrame } from '../../protocol/calls.ts';
import { CONNECTION, command, NODE, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import { age } from '../text/figures.ts';
import { oneLine } from '../text/plain.ts';
import { findNode } from './tree.ts';

export const stack = command({
  args: [TARGET, NODE],
  options: CONNECTION,
  about:
    'Prints what a thread is doing at this moment, innermost call first, also while its loop is stuck. NODE may ' +
    'be a process (its main thread) or a worker (the thread it runs on).',
  json: '{node,blocked,blockedMs,frames:[{function,file,line,column}]}',
  examples: ['stack fra-1 main', 'stack fra-1 4121.3 --json'],
  async run({ args, options, out, signal }) {
    const { session } = await reachTarget(args.TARGET, options, out, signal);
    try {
      const { node } = await findNode(session, args.NODE, { signal, timeoutMs: options.timeout });
      const answer = await session.call('stack', { node: node.id, timeoutMs: options.timeout }, { signal });
      const { blocked, blockedMs, frames, native } = answer;
      out.document({ node: answer.node, blocked, blockedMs, frames });
      out.text(
        blocked
          ? out.paint.trouble(`${answer.node} stands still for ${age(blockedMs ?? 0)}`)
          : `${answer.node} is turning`,
      );
      for (const frame of frames) out.text(`  at ${frameText(frame)}`);
      if (frames.length === 0) {
        out.text(native ? `  in native code: ${oneLine(native)}` : '  no JavaScript runs there just now');
      }
      return 0;
    } finally {
      session.close();
    }
  },
});

function frameText({ function: name, file, line, column }: StackFrame): string {
  const place = file === '' ? 'native' : `${file}:${line}:${column}`;
  return oneLine(name === '' ? place : `${name} (${place})`);
}
