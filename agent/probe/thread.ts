import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';
import { readConfig } from '../config.ts';
import { switchedOffBy } from '../off-switch.ts';
import { registry } from '../registry.ts';
import { discover } from './discovery.ts';
import { HELLO_CHANNEL, type HelloMessage, type HubMessage, threadChannel } from './messages.ts';
import { Probe } from './probe.ts';

/**
 * Starts the probe of a thread other than main, once. It finds the process's hub by a broadcast channel, which
 * works without a word from main, also while main is stuck. Without a hub it stays silent.
 */
export function startThreadProbe(): void {
  const declared = registry();
  if (isMainThread || declared.probe) return;
  const config = readConfig({}, process.env);
  if (!config || switchedOffBy(config)) return;

  const probe = new Probe(declared);
  const found = discover(
    (message) => probe.tell(message),
    () => false,
  );
  probe.observe(found);

  const channel = listen<HubMessage>(threadChannel(threadId), (message) => probe.receive(message));
  const startedAt = Date.now();
  const sayHello = () => hello.postMessage({ t: 'hello', threadId, pulse: probe.pulse.memory, startedAt });
  const hello = listen<HelloMessage>(HELLO_CHANNEL, (message) => {
    if (message.t === 'who') sayHello();
    if (message.t === 'detach') {
      probe.stop();
      found.stop();
      uninvite();
      channel.close();
      hello.close();
    }
    if (message.t === 'welcome' && message.threadId === threadId) {
      probe.connect((changes) => channel.postMessage(changes));
      for (const id of found.threadIds()) probe.tell({ t: 'thread-started', threadId: id, name: null });
    }
  });
  sayHello();
}

/** What this thread starts from now on finds no hub to join. */
export function uninvite(): void {
  delete process.env.PERCH_HUB;
  delete process.env.PERCH_TOKEN;
}

function listen<M>(name: string, receive: (message: M) => void): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => {
    try {
      receive((event as { data: M }).data);
    } catch {
      // A fault of the agent never reaches the thread it looks at.
    }
  };
  channel.unref();
  return channel;
}
