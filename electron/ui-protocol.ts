import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { brokenPage } from './broken-page.ts';
import { fileFor, HTML, headers, isBroken, SCHEME, typeOf, UI_URL } from './ui-request.ts';

/** Must be called before the app is ready. */
export function registerUiScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/**
 * Serves the built renderer at app://ui/, nothing outside its folder, and nothing but GET; beside it the page that stands
 * in for one that ended, with these words.
 */
export function serveUi(folder: string, brokenWords: () => string): void {
  protocol.handle(SCHEME, async (request) => {
    if (isBroken(request)) {
      const nonce = randomBytes(16).toString('base64');
      return new Response(brokenPage(brokenWords(), nonce, UI_URL), { headers: headers(HTML, nonce) });
    }
    const file = fileFor(request, folder);
    const type = file && typeOf(file);
    if (!file || !type) return refuse(404);
    try {
      const bytes = await readFile(file);
      if (type !== HTML) return new Response(new Uint8Array(bytes), { headers: headers(type, null) });
      // react-aria adds one style element; the nonce lets that one in and no other.
      const nonce = randomBytes(16).toString('base64');
      const page = bytes.toString('utf8').replaceAll('__NONCE__', nonce);
      return new Response(page, { headers: headers(type, nonce) });
    } catch {
      return refuse(404);
    }
  });
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: headers('text/plain', null) });
}
