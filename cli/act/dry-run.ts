import type { Session } from '../../client/session.ts';
import type { Act } from '../../protocol/act.ts';
import { ERRORS } from '../../protocol/errors.ts';
import type { Preview } from '../../protocol/preview.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { findNode } from '../commands/tree.ts';
import { type ConnectionOptions, reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../text/plain.ts';
import { previewText } from '../text/preview.ts';

/** Says what an act would do. 0 when it would be done, 4 when it would be refused. */
export async function dryRun(
  act: Act,
  args: { TARGET: string; NODE: string },
  options: ConnectionOptions,
  { out, signal }: { out: Output; signal: AbortSignal },
): Promise<number> {
  const { session } = await reachTarget(args.TARGET, options, out, signal);
  try {
    const { timeout: timeoutMs } = options;
    const { node } = await findNode(session, args.NODE, { signal, timeoutMs });
    const preview = await previewOf(session, act, node, { signal, timeoutMs });
    out.document(preview);
    for (const line of previewText(preview, out.paint)) out.text(line);
    return preview.possible ? 0 : ERRORS.PROTECTED.exit;
  } finally {
    session.close();
  }
}

/** For the question before an act: one line, as long as the agent can tell. */
export async function foretell(
  session: Session,
  act: Act,
  node: TreeNode,
  how: { signal: AbortSignal; timeoutMs: number | undefined },
  out: Output,
): Promise<void> {
  const preview = await previewOf(session, act, node, how).catch(() => null);
  if (preview) out.note(`${oneLine(preview.words)}.`);
}

function previewOf(
  session: Session,
  act: Act,
  node: TreeNode,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number | undefined },
): Promise<Preview> {
  const { epoch } = session.hello.instance;
  return session.call('preview', { act, node: node.id, epoch, timeoutMs }, { signal });
}
