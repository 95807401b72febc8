import http from 'node:http';
import https from 'node:https';
import { PerchError } from '../../protocol/errors.ts';

/** What takes longer to answer has failed: whoever waits for it has gone away by then. */
export const HTTP_PROBE_MS = 1000;

/**
 * A GET of an address as it is given: an answer from 200 to 399 holds, redirects are not followed. Each is a
 * connection of its own, since one that is kept would tell of the past. Gives why it failed, null when it held.
 */
export function httpProbe(text: string): (signal: AbortSignal) => Promise<string | null> {
  const url = parseUrl(text);
  const { get } = url.protocol === 'https:' ? https : http;
  return (signal) =>
    new Promise((resolve) => {
      const request = get(url, { agent: false, signal, headers: { 'user-agent': 'perch' } }, (response) => {
        const { statusCode = 0 } = response;
        request.destroy();
        settle(statusCode >= 200 && statusCode < 400 ? null : `status ${statusCode}`);
      });
      const timer = setTimeout(() => {
        request.destroy();
        settle(`no answer within ${HTTP_PROBE_MS} ms`);
      }, HTTP_PROBE_MS);
      const settle = (failure: string | null) => {
        clearTimeout(timer);
        resolve(failure);
      };
      request.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    });
}

export const isUrl = (text: string): boolean => /^https?:/i.test(text);

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new PerchError('BAD_USAGE', `--probe "${text}" is no URL`, { probe: text, column: 1 });
  }
  return new URL(text);
}
