import type { Act } from '../../protocol/act.ts';
import { ERRORS } from '../../protocol/errors.ts';
import { findNode } from '../commands/tree.ts';
import { type ConnectionOptions, reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
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
    const { epoch } = session.hello.instance;
    const preview = await session.call('preview', { act, node: node.id, epoch, timeoutMs }, { signal });
    out.document(preview);
    for (const line of previewText(preview, out.paint)) out.text(line);
    return preview.possible ? 0 : ERRORS.PROTECTED.exit;
  } finally {
    session.close();
  }
}
