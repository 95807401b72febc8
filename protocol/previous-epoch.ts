import type { BoxContents } from './black-box.ts';
import { usableHeapMb } from './heap.ts';
import type { PreviousEpoch } from './ledger.ts';
import { LIMITS } from './limits.ts';

/** Handlers of `exit` may take a while after the error that ended the process. */
const UNCAUGHT_WITHIN_MS = 2000;
/** Signs of life are a second apart; a disk or a starved core may hold one back. */
const AT_ONCE_MS = 2500;
/** From this share of what it may grow to on a heap is worth a word. V8 ends a process there, with an abort. */
const NEAR_LIMIT = 0.8;

/**
 * How a life ended, from its black box and nothing else. What is not known is not said: without an exit record it
 * was ended from outside (SIGKILL, a signal without a handler) or Node itself crashed, and which of them nobody wrote
 * down, unless it was an act of Perch. `bootId` is that of now, `now` decides whether the day is named.
 */
export function previousEpochOf(box: BoxContents, bootId: string | null, now: number): PreviousEpoch {
  const { header, exit, words } = box;
  const lastSignAt = lastSign(box);
  const diedAt = exit?.at ?? lastSignAt;
  const asked = words?.pending ?? null;
  const sinceMs = asked ? diedAt - asked.at : 0;
  const act = asked && sinceMs <= LIMITS.maxCallMs ? asked : null;
  // A process that wrote on after the signal did not die of it there and then: pid 1 ignores even SIGKILL from within.
  const isCause = act !== null && exit === null && sinceMs <= AT_ONCE_MS;
  const blocked = exit ? undefined : words?.blocked[0];
  const blockedMs = blocked ? Math.max(0, diedAt - blocked.since) : null;
  const sentences = [
    exit ? `ended ${time(diedAt, now)} with exit code ${exit.code}` : `died ${time(diedAt, now)}`,
    ...(exit ? uncaughtWords(box) : []),
    ...(act ? [actWords(act, isCause ? null : sinceMs)] : []),
    ...(exit || isCause ? [] : [unknownWords(header.bootId, bootId), ...heapWords(box)]),
    ...(blocked && blockedMs !== null ? [blockedWords(blocked.frames, blockedMs, blocked.lineage)] : []),
  ];
  return {
    epoch: header.epoch,
    pid: header.pid,
    diedAt,
    words: sentences.join(', '),
    code: exit?.code ?? null,
    act:
      act === null || hasEnded(box, act.call)
        ? null
        : { act: act.act, call: act.call, author: act.author, reason: act.reason, at: act.at },
    frames: blocked?.frames ?? [],
    blockedMs,
  };
}

/** The life itself still saw the end of the act: its time ran out while the process lived on. */
function hasEnded({ events }: BoxContents, call: string): boolean {
  return events.some((event) => event.kind === 'act-ended' && event.call === call);
}

/** The last moment of which anything was written. */
export function lastSign({ header, exit, error, words, samples, events }: BoxContents): number {
  return Math.max(
    header.startedAt,
    exit?.at ?? 0,
    error?.at ?? 0,
    words?.pending?.at ?? 0,
    samples.at(-1)?.at ?? 0,
    events.at(-1)?.at ?? 0,
  );
}

function uncaughtWords({ exit, error }: BoxContents): string[] {
  if (!exit || exit.code === 0 || !error || exit.at - error.at > UNCAUGHT_WITHIN_MS) return [];
  return [`uncaught ${error.class}: ${error.message}`];
}

function actWords(
  { signal, author }: { signal: string; author: { key: string; name: string } },
  beforeMs: number | null,
): string {
  const when = beforeMs === null ? '' : ` ${seconds(beforeMs)} before`;
  return `${signal} by ${author.name || author.key} through Perch${when}`;
}

function unknownWords(bootIdThen: string | null, bootIdNow: string | null): string {
  if (bootIdThen !== null && bootIdNow !== null && bootIdThen !== bootIdNow) {
    return 'without a word; the machine was started anew since';
  }
  return 'without a word: SIGKILL, a signal without a handler, or a crash of Node';
}

/** No cause is named: the last look may be a second old, and who is near the limit need not have died of it. */
function heapWords({ header, samples }: BoxContents): string[] {
  const near = samples
    .at(-1)
    ?.threads.flatMap(([threadId, , heap, , limit]) =>
      heap !== null && limit && heap / usableHeapMb(limit, header.node) >= NEAR_LIMIT
        ? [{ threadId, heap, limit }]
        : [],
    );
  // The end of another thread's heap ends that thread alone.
  const main = near?.find(({ threadId }) => threadId === 0);
  return main ? [`main's heap was at ${Math.round(main.heap)} of ${main.limit} MB when last looked at`] : [];
}

function blockedWords(frames: readonly string[], blockedMs: number, lineage: string): string {
  // A built-in (`Math.random`) has no place of its own: who called it is meant.
  const frame = frames.find((each) => each.endsWith(')') && each.includes(' (')) ?? frames[0];
  const where = frame ? ` in ${called(frame)}` : '';
  const whose = lineage === 'main' ? 'loop' : `loop of ${lineage}`;
  return `${whose} blocked ${seconds(blockedMs)} before${where}`;
}

/** `parse (/srv/app.js:41:9)` as `parse()`. */
function called(frame: string): string {
  const name = frame.replace(/ \(.*\)$/, '');
  return /^[\w.$]+$/.test(name) ? `${name}()` : frame;
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${Math.max(0, Math.round(ms / 100) / 10)} s` : `${Math.round(ms / 1000)} s`;
}

function time(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  const day = iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? '' : `${iso.slice(0, 10)} `;
  return `${day}${iso.slice(11, 19)} UTC`;
}
