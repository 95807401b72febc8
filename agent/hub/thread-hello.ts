import { BroadcastChannel } from 'node:worker_threads';
import {
  HELLO_CHANNEL,
  type HelloMessage,
  type HubMessage,
  type ProbeMessage,
  threadChannel,
} from '../probe/messages.ts';
import type { Hub } from './hub.ts';

/** Links the hub with the probes of threads other than main, as they say hello. */
export function linkThreads(hub: Hub): void {
  const channels = new Map<number, BroadcastChannel>();
  const hello = new BroadcastChannel(HELLO_CHANNEL);
  hello.onmessage = (event) => {
    const message = (event as { data: HelloMessage }).data;
    if (message.t !== 'hello') return;
    const { threadId, pulse, startedAt } = message;
    channels.get(threadId)?.close();
    const channel = new BroadcastChannel(threadChannel(threadId));
    channels.set(threadId, channel);
    channel.onmessage = (each) => hub.receive(threadId, (each as { data: ProbeMessage }).data);
    hub.addThread(threadId, pulse, startedAt, (ask: HubMessage) => channel.postMessage(ask));
    hub.own.onThreadEnd(threadId, () => {
      channel.close();
      channels.delete(threadId);
    });
    hello.postMessage({ t: 'welcome', threadId } satisfies HelloMessage);
  };
  hello.postMessage({ t: 'who' } satisfies HelloMessage);
}
