import { decideAgainstWait } from './back-off.ts';
import { answer, beginStarting, beginStopping, forget } from './sequence.ts';
import type { Child, RequestEvent, Turn } from './state.ts';

/** What code, or a person through an act, asked for. Asked only while nothing is under way. */
export function answerRequest<C extends Child, R>(turn: Turn<C, R>, event: RequestEvent<C, R>): void {
  if (event.type === 'start-child') return startChild(turn, event.child, event.request);
  const { children, flags } = turn.state;
  const { request } = event;
  if (flags.strategy === 'dynamic' && (event.type === 'restart-child' || event.type === 'delete-child')) {
    return answer(turn, request, { error: 'simple_one_for_one' });
  }
  const child = children.get(event.id);
  const isOtherLife = 'pid' in event && event.pid !== child?.pid;
  if (!child || isOtherLife) return answer(turn, request, { error: 'not_found' });
  switch (event.type) {
    case 'terminate-child':
      decideAgainstWait(turn, child);
      return beginStopping(turn, [child], { kind: 'reply', child, request }, { call: event.call });
    case 'cycle-child':
      return beginStopping(turn, [child], { kind: 'cycle', child, request }, { call: event.call });
    case 'restart-child':
      if (child.phase !== 'none') return answer(turn, request, { error: whyNot(child) });
      return beginStarting(turn, [child], { kind: 'request', request, keepsChild: true });
    case 'delete-child':
      if (child.phase !== 'none') return answer(turn, request, { error: whyNot(child) });
      forget(turn, child);
      return answer(turn, request, { child });
  }
}

function startChild<C extends Child, R>(turn: Turn<C, R>, child: C, request: R): void {
  const { children } = turn.state;
  const present = children.get(child.id);
  if (present) {
    return answer(turn, request, {
      error: present.phase === 'running' ? 'already_started' : 'already_present',
    });
  }
  children.set(child.id, child);
  beginStarting(turn, [child], { kind: 'request', request, keepsChild: false });
}

function whyNot(child: Child): 'running' | 'restarting' {
  return child.phase === 'restarting' ? 'restarting' : 'running';
}
