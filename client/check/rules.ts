import { blockedLoop } from './blocked-loop.ts';
import { budget } from './budget.ts';
import type { Rule } from './finding.ts';
import { gaveUp } from './gave-up.ts';
import { gone } from './gone.ts';
import { heap } from './heap.ts';
import { notReached } from './not-reached.ts';
import { restartStorm } from './restart-storm.ts';
import { stale } from './stale.ts';
import { straggler } from './straggler.ts';
import { versionSkew } from './version-skew.ts';

/** Every rule, what hurts most first: in this order findings of one severity are told. */
export const RULES: readonly Rule[] = [
  gone,
  blockedLoop,
  gaveUp,
  restartStorm,
  budget,
  heap,
  notReached,
  straggler,
  stale,
  versionSkew,
];
