/** Where the page is that stands in for one that ended; it has no script, and its link leads back. */
export const BROKEN_PATH = '/broken.html';

/** Why Chromium says that a page ended. */
export type EndReason =
  | 'clean-exit'
  | 'abnormal-exit'
  | 'killed'
  | 'crashed'
  | 'oom'
  | 'launch-failed'
  | 'integrity-failure'
  | (string & {});

/** One sentence for a person. */
export function endWords({ reason, exitCode }: { reason: EndReason; exitCode: number }): string {
  const words = Object.hasOwn(WORDS, reason) ? WORDS[reason]! : 'ended unexpectedly';
  return `The page of this window ${words} (${reason.replace(/[^\w-]/g, '')}, code ${exitCode}).`;
}

const WORDS: Record<string, string> = {
  'abnormal-exit': 'ended by itself',
  killed: 'was killed from outside',
  crashed: 'crashed',
  oom: 'ran out of memory',
  'memory-eviction': 'was ended to free memory',
  'launch-failed': 'could not be started',
  'integrity-failure': 'failed a check of its code',
};

/** The page itself. `nonce` lets its style in; `words` are ours, nothing of a service stands in them. */
export function brokenPage(words: string, nonce: string, home: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Perch</title>
    <style nonce="${nonce}">${STYLE}</style>
  </head>
  <body>
    <main>
      <h1>The window had to stop</h1>
      <p>${words}</p>
      <p class="soft">
        That did nothing to any service. Connections are kept and what was armed stays armed until its time is over: both
        are of the main process, which goes on.
      </p>
      <p><a href="${home}" autofocus>Load the window again</a></p>
    </main>
  </body>
</html>
`;
}

const STYLE = `
  :root { color-scheme: light dark; }
  body { margin: 0; background: light-dark(#ffffff, #15181c); color: light-dark(#1a1e23, #dce1e7);
    font: 400 13px/20px "Inter Variable", Inter, system-ui, sans-serif; }
  main { width: min(520px, 100%); box-sizing: border-box; margin: 0 auto; padding: 18vh 24px 24px; }
  h1 { margin: 0 0 10px; font-size: 18px; font-weight: 600; line-height: 26px; }
  p { margin: 0 0 10px; }
  .soft { color: light-dark(#505863, #a3adb9); }
  a { display: inline-block; margin-top: 8px; padding: 4px 12px; border-radius: 5px;
    background: light-dark(#2b5bcc, #3a68cf); color: #ffffff; text-decoration: none; }
  a:focus-visible { outline: 2px solid light-dark(#1a1e23, #dce1e7); outline-offset: 2px; }
`;
