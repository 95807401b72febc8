import { RULES } from '../../client/check/rules.ts';
import type { CheckedView } from '../../electron/ipc.ts';

/** What a fleet was checked against, for a test that does not speak of it. */
export const NOT_CHECKED: CheckedView = {
  instances: 0,
  of: 0,
  rules: RULES.map(({ id, title, looksFor }) => ({ id, title, looksFor })),
};
