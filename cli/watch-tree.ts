import { Instance } from '../client/instance.ts';
import { ERRORS } from '../protocol/errors.ts';
import { printTree, treeText } from './commands/tree.ts';
import type { Reached } from './connection.ts';
import { inPlace } from './in-place.ts';
import type { Output } from './output.ts';
import { age } from './text/figures.ts';
import { shownNodes } from './text/tree-lines.ts';

/** Between two drawings: fast enough to follow, slow enough to read. */
const DRAW_MS = 200;
/** Between two drawings of a tree that is not live, for its age. */
const AGE_MS = 1000;

/**
 * Shows the tree as it changes until the signal aborts. It reconnects by itself; what ends it is that the
 * instance is gone, or refuses the person.
 */
export async function watchTree(
  { instance: { key, place }, session, connect }: Reached,
  { depth, out, signal }: { depth: number | undefined; out: Output; signal: AbortSignal },
): Promise<number> {
  let first: typeof session | null = session;
  const instance = new Instance({
    key,
    place,
    connect(options) {
      const open = first;
      first = null;
      return open ? Promise.resolve(open) : connect(options);
    },
  });
  const isDrawn = out.isTerminal && !out.isJson;
  const draw = isDrawn ? drawInPlace(instance, depth, out) : printEach(instance, depth, out);
  return new Promise((resolve) => {
    const end = (code: number) => {
      clearTimeout(timer);
      clearInterval(aging);
      instance.close();
      resolve(code);
    };
    let timer: NodeJS.Timeout | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        draw();
      }, DRAW_MS);
    };
    // Nothing comes in, and the age of what is shown grows.
    const aging = setInterval(() => {
      if (isDrawn && instance.state !== 'live') draw();
    }, AGE_MS);
    instance.on('tree', soon);
    instance.on('state', () => {
      const { state, error } = instance;
      if (WAITS_FOR_A_PERSON.has(state) && error) {
        out.document({ error: error.toDocument() });
        out.note(`perch: ${error.message}`);
        return end(ERRORS[error.code].exit);
      }
      if (state === 'live') draw();
      else soon();
    });
    signal.addEventListener('abort', () => end(0), { once: true });
    instance.start();
  });
}

const WAITS_FOR_A_PERSON: ReadonlySet<string> = new Set([
  'refused',
  'host-key-changed',
  'host-key-unknown',
  'gone',
]);

function printEach(instance: Instance, depth: number | undefined, out: Output): () => void {
  let printed = '';
  return () => {
    const { hello, mirror, state } = instance;
    if (state !== 'live') {
      out.note(`perch: ${state}${instance.error ? `: ${instance.error.message}` : ''}`);
      return;
    }
    const now = `${mirror.epoch} ${mirror.revision}`;
    // A whole tree a line: one whose rows are still coming in is none.
    if (!hello || mirror.isPartial || now === printed) return;
    printed = now;
    printTree(mirror, hello.instance, depth, out);
  };
}

function drawInPlace(instance: Instance, depth: number | undefined, out: Output): () => void {
  const draw = inPlace(out);
  return () => {
    const { hello, mirror, heardAt } = instance;
    if (!hello) return;
    const lines = treeText(mirror, hello.instance, shownNodes(mirror.childrenByParent(), depth), out);
    if (instance.state !== 'live') {
      lines[0] += `  ${out.paint.caution(`${instance.state}, heard ${age(Date.now() - (heardAt ?? Date.now()))} ago`)}`;
    }
    draw(lines);
  };
}
