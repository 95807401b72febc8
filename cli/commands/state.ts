import { LIMITS } from '../../protocol/limits.ts';
import { CONNECTION, command, NODE, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import { stateText } from '../text/state-text.ts';
import { label } from '../text/tree-lines.ts';
import { findNode } from './tree.ts';

export const state = command({
  args: [TARGET, NODE],
  options: {
    path: { kind: 'text', value: 'P', does: 'Read only what is at this JSON Pointer (/board/cells/0).' },
    depth: {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: LIMITS.maxStateDepth,
      does: `Walk so many levels; ${LIMITS.stateDepth} unless told.`,
    },
    ...CONNECTION,
  },
  about:
    "Reads a worker's state, bounded and redacted at the agent, without running any of the service's code. " +
    'The last line says what the look cost the service.',
  json: '{node:{id,lineage,incarnation}, value, cost:{us,bytes,truncated,redacted}, partial}; value is plain JSON where that is exact, else a tagged object such as {"$":"Map","entries":[…]} (docs/protocol.md).',
  examples: ['state fra-1 app/games/7f3a', 'state fra-1 app/games/7f3a --path /board --json'],
  async run({ args, options, out, signal }) {
    const { session } = await reachTarget(args.TARGET, options, out, signal);
    try {
      const { node } = await findNode(session, args.NODE, { signal, timeoutMs: options.timeout });
      const answer = await session.call(
        'state',
        { node: node.id, path: options.path, depth: options.depth, timeoutMs: options.timeout },
        { signal },
      );
      const { value, cost, partial } = answer;
      out.document({ node: answer.node, value, cost, partial });
      out.text(`${out.paint.strong(label(node))}  ${answer.node.id}`);
      out.text(stateText(value, out.columns));
      const notes = [
        `${cost.us} us`,
        `${cost.bytes} bytes`,
        cost.truncated > 0 ? `cut in ${cost.truncated} places (--depth, --path)` : '',
        cost.redacted > 0 ? `${cost.redacted} hidden` : '',
        partial ? 'partial' : '',
      ];
      out.text(out.paint.faint(notes.filter(Boolean).join(', ')));
      return 0;
    } finally {
      session.close();
    }
  },
});
