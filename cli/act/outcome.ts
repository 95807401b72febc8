import type { ActDocument, ActProgress, Outcome } from '../../protocol/act.ts';
import { ERRORS, PerchError } from '../../protocol/errors.ts';
import type { Output } from '../output.ts';
import { actText } from '../text/act.ts';
import { duration } from '../text/figures.ts';
import { oneLine } from '../text/plain.ts';

/** 0 done (also not restarted, as its restart type says) · 4 refused · 5 gone · 6 not recovered. */
export function exitCodeOf(outcome: Outcome): number {
  switch (outcome) {
    case 'restarted':
    case 'not-restarted':
    case 'done':
      return 0;
    case 'refused':
      return ERRORS.PROTECTED.exit;
    case 'gone':
      return ERRORS.GONE.exit;
    case 'escalated':
    case 'straggler':
    case 'not-recovered':
      return NOT_RECOVERED;
  }
}

export const NOT_RECOVERED = 6;

/** One phase as it is seen. */
export function phaseText({ phase, afterMs, words }: ActProgress): string {
  const more = words === phase ? '' : oneLine(words);
  return `${duration(afterMs).padStart(9)}  ${phase.padEnd(8)}  ${more}`.trimEnd();
}

/** Prints an act that has come to its end. */
export function report(document: ActDocument, out: Output): void {
  const { target, outcome, successor, error } = document;
  out.document(actDocument(document));
  const word = exitCodeOf(outcome) === 0 ? outcome : out.paint.trouble(outcome);
  const ids = successor ? `  (${target.id} → ${successor.id})` : '';
  out.text(`${word}: ${oneLine(document.words)}${ids}`);
  for (const line of actText(document, out.paint)) out.text(line);
  if (error) {
    const { code, message, facts } = error;
    if (out.isJson) out.note(`perch: ${message}`);
    out.note(new PerchError(code, message, facts).mend);
  }
}

/** As `--json` prints it. What was not measured, or is not known, is not there. */
export function actDocument(document: ActDocument): object {
  const { call, act, target, outcome, words, successor, affected, phases, clock, error } = document;
  const { budget, lost, lostAlong, untouched, probes } = document;
  return {
    call,
    act,
    target,
    outcome,
    words,
    successor,
    affected,
    phases: rounded(phases),
    ...(budget ? { budget } : {}),
    ...(lost ? { lost } : {}),
    ...(lostAlong ? { lostAlong } : {}),
    ...(untouched ? { untouched } : {}),
    ...(probes ? { probes } : {}),
    ...(clock === 'client' ? { clock } : {}),
    ...(error ? { error } : {}),
  };
}

/** To the microsecond: further digits are noise of the clock. */
function rounded(phases: ActDocument['phases']): ActDocument['phases'] {
  const round = (ms: number | null) => (ms === null ? null : Math.round(ms * 1000) / 1000);
  const { exitedMs, decidedMs, startedMs, readyMs, recoveredMs } = phases;
  return {
    exitedMs: round(exitedMs),
    decidedMs: round(decidedMs),
    startedMs: round(startedMs),
    readyMs: round(readyMs),
    ...(recoveredMs === undefined ? {} : { recoveredMs: round(recoveredMs) }),
  };
}
