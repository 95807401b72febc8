import { Notification } from 'electron';
import type { Call } from './bell.ts';

/** What is shown is held, so that a press on it still finds somebody. */
const shown = new Set<Notification>();
const MOST_SHOWN = 20;

/** Shows it as the system does; a press on it goes to the place. Where the system has no such thing nothing happens. */
export function ring({ title, body }: Call, onPress: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  const [oldest] = shown;
  if (oldest && shown.size >= MOST_SHOWN) shown.delete(oldest);
  shown.add(notification);
  notification.on('click', onPress);
  notification.on('close', () => shown.delete(notification));
  notification.show();
}
