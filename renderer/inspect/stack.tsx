import { RefreshCw } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { StackAnswer } from '../../protocol/calls.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { whyNot } from '../act/rules.ts';
import { ask } from '../bridge.ts';
import { useInstance } from '../store/desk.ts';
import { show } from '../store/interface.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useNode } from '../store/use-tree.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy.tsx';
import { duration } from '../ui/format.ts';
import { Trouble } from '../ui/trouble.tsx';
import { threadOf } from './thread-of.ts';

interface StackTabProps {
  instance: string;
  tree: TreeStore;
  node: TreeNode;
}

export function StackTab({ instance, tree, node }: StackTabProps) {
  const thread = threadOf(tree, node);
  if (thread === null) return <p className="inspect-note">No thread that is observed runs this.</p>;
  return <Stack key={`${instance} ${thread}`} instance={instance} tree={tree} thread={thread} />;
}

function Stack({ instance, tree, thread }: { instance: string; tree: TreeStore; thread: string }) {
  const node = useNode(tree, thread);
  const known = useInstance(instance);
  const [read, setRead] = useState<{ answer: StackAnswer | null; error: PerchError | null }>({
    answer: null,
    error: null,
  });
  const look = useCallback(() => {
    ask('stack', { instance, node: thread }).then(
      (answer) => setRead({ answer, error: null }),
      (thrown) => setRead({ answer: null, error: asPerchError(thrown) }),
    );
  }, [instance, thread]);
  const isBlocked = node?.status === 'blocked';
  // A loop that gets stuck while one looks at it: that is the stack one wants.
  useEffect(look, [look, isBlocked]);

  return (
    <div className="stack">
      {node && isBlocked && node.blockedMs !== null && (
        <div className="stack-blocked">
          <p role="status">This loop has stood still for {duration(node.blockedMs)}.</p>
          <Button
            onPress={() => show({ asked: { act: 'break', instance, node: thread } })}
            isDisabled={whyNot(node, known) !== null}
          >
            Break it…
          </Button>
        </div>
      )}
      <div className="state-bar">
        <span className="cut soft">
          Thread {node?.name ?? thread} <span className="code">{thread}</span>
        </span>
        <span className="spread" />
        {read.answer && read.answer.frames.length > 0 && (
          <CopyButton label="Copy the stack" text={asText(read.answer)} />
        )}
        <IconButton label="Read again" icon={RefreshCw} onPress={look} />
      </div>
      {read.error && <Trouble error={read.error} />}
      {read.answer && <Frames answer={read.answer} />}
    </div>
  );
}

function Frames({ answer }: { answer: StackAnswer }) {
  if (answer.frames.length === 0) {
    return (
      <p className="inspect-note">
        It runs no JavaScript just now{answer.native ? ` and waits in ${answer.native}` : ''}.
      </p>
    );
  }
  return (
    <ol className="frames selectable" aria-label="Stack, innermost first" tabIndex={0}>
      {answer.frames.map((frame, index) => (
        <li key={index} className="frame">
          <span className="frame-name cut">{frame.function || '(anonymous)'}</span>
          <span className="frame-place cut faint" title={placeOf(frame)}>
            <bdi>{placeOf(frame)}</bdi>
          </span>
        </li>
      ))}
    </ol>
  );
}

function placeOf({ file, line, column }: StackAnswer['frames'][number]): string {
  return file === '' ? 'native' : `${file.replace(/^file:\/\//, '')}:${line}:${column}`;
}

function asText({ frames }: StackAnswer): string {
  return frames.map((frame) => `    at ${frame.function || '<anonymous>'} (${placeOf(frame)})`).join('\n');
}
