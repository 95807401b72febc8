import path from 'node:path';
import { BROKEN_PATH } from './broken-page.ts';

export const SCHEME = 'app';
const HOST = 'ui';

export const UI_URL = `${SCHEME}://${HOST}/index.html`;

export const BROKEN_URL = `${SCHEME}://${HOST}${BROKEN_PATH}`;

export function isBroken({ method, url }: { method: string; url: string }): boolean {
  return method === 'GET' && isUi(url) && new URL(url).pathname === BROKEN_PATH;
}

/** Custom schemes have the origin "null" in Node's URL, so protocol and host are compared. */
export function isUi(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === `${SCHEME}:` && url.host === HOST;
}

/** The file a request names, or null for whatever is not a plain path inside the folder. */
export function fileFor(request: { method: string; url: string }, folder: string): string | null {
  if (request.method !== 'GET' || !isUi(request.url)) return null;
  let name: string;
  try {
    name = decodeURIComponent(new URL(request.url).pathname);
  } catch {
    return null;
  }
  if (name.includes('\\') || name.includes('\0')) return null;
  const file = path.resolve(folder, `.${name}`);
  return file.startsWith(path.resolve(folder) + path.sep) ? file : null;
}

/** The type a file is served as; null for what is not part of the page. */
export function typeOf(file: string): string | null {
  return TYPES.get(path.extname(file)) ?? null;
}

export const HTML = 'text/html; charset=utf-8';
const TYPES = new Map([
  ['.html', HTML],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.woff2', 'font/woff2'],
  ['.map', 'application/json'],
]);

/** A nonce goes with the page only. */
export function headers(type: string, nonce: string | null): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': policy(nonce),
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  };
}

function policy(nonce: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    nonce === null ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
