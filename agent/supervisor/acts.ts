import type { Act } from '../../protocol/act.ts';
import type { ActReceipt } from '../registry.ts';
import type { Incarnation } from './incarnation.ts';

type Refusal = Extract<ActReceipt, { accepted: false }>;

/**
 * Why an act on this incarnation is refused, or null. `protectedBelow`: a protected descendant, which would end
 * with it. What has ended can only be started again, by `restart`; while that is due anyway, `stop` prevents it.
 */
export function actRefusal(
  incarnation: Incarnation,
  act: Act,
  protectedBelow: string | null,
): Refusal | null {
  const name = `${incarnation.lineage} #${incarnation.incarnation}`;
  const isPossible =
    !incarnation.isOver || act === 'restart' || act === 'delete' || (act === 'stop' && incarnation.isWaiting);
  if (!incarnation.hasPlace || !isPossible) {
    return refuse('GONE', `${name} has already ended.`);
  }
  if (incarnation.isProtected) {
    return refuse('PROTECTED', `${name} is declared protected by the service.`, incarnation.lineage);
  }
  if (protectedBelow) {
    return refuse(
      'PROTECTED',
      `${name} has ${protectedBelow} below it, which the service declared protected.`,
      protectedBelow,
    );
  }
  return null;
}

function refuse(code: Refusal['code'], words: string, lineage?: string): Refusal {
  return { accepted: false, code, words, ...(lineage === undefined ? {} : { lineage }) };
}
