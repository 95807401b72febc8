import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';
import { registry } from '../registry.ts';
import { discover, type Found } from './discovery.ts';
import { HELLO_CHANNEL, type HelloMessage, type HubMessage, threadChannel } from './messages.ts';
import { Probe } from './probe.ts';

/**
 * Starts the probe of a thread other than main, once. It finds the process's hub by a broadcast channel, which
 * works without a word from main, also while main is stuck. Without a hub it stays silent.
 */
export function startThreadProbe(): void {
  const declared = registry();
  if (isMainThread || declared.probe) return;

  let found: Found | null = null;
  const probe = new Probe(
    declared,
    (id) => found?.terminate(id) ?? false,
    () => found?.sweep(),
  );
  found = discover(
    (message) => probe.tell(message),
    () => false,
  );

  const channel = listen<HubMessage>(threadChannel(threadId), (message) => probe.receive(message));
  const startedAt = Date.now();
  const sayHello = () => hello.post({ t: 'hello', threadId, pulse: probe.pulse.memory, startedAt });
  const hello = listen<HelloMessage>(HELLO_CHANNEL, (message) => {
    if (message.t === 'who') sayHello();
    if (message.t === 'welcome' && message.threadId === threadId) {
      probe.connect((changes) => channel.post(changes));
      for (const id of found.threadIds()) probe.tell({ t: 'thread-started', threadId: id, name: null });
    }
  });
  sayHello();
}

function listen<M>(name: string, receive: (message: M) => void): { post(message: unknown): void } {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => {
    try {
      receive((event as { data: M }).data);
    } catch {
      // A fault of the agent never reaches the thread it looks at.
    }
  };
  channel.unref();
  return { post: (message) => channel.postMessage(message) };
}
