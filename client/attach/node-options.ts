/** What the words that Node was started with say of its inspector. */
export interface NodeOptions {
  /** `--inspect` and its like: it is open from the start. */
  isInspecting: boolean;
  /** Where SIGUSR1 opens it. */
  inspectorAt: { host: string; port: number };
  /** Its address can be asked for; otherwise only the service's stderr has it. */
  isPublished: boolean;
  /** `--permission` without `--allow-inspector`: it stays closed. */
  isForbidden: boolean;
  /** `--disable-sigusr1`. */
  isSignalOff: boolean;
  /** Null: there is none (`-e`), or the program has written over its words. */
  script: string | null;
  /** Node's own options and the script, without the words that the script is given. */
  shown: string[];
}

/** Options whose value is the next word. Without them a script could not be told from a value. */
const TAKES_A_WORD = new Set(
  (
    '-r --require --import --loader --experimental-loader -C --conditions -e --eval -p --print --env-file ' +
    '--env-file-if-exists --title --input-type --inspect-port --debug-port --inspect-publish-uid --disable-warning ' +
    '--icu-data-dir --openssl-config --redirect-warnings --trace-event-categories --unhandled-rejections ' +
    '--watch-path --experimental-config-file --diagnostic-dir --dns-result-order --heapsnapshot-signal ' +
    '--report-signal --report-dir --report-directory --report-filename --localstorage-file --secure-heap ' +
    '--max-http-header-size --cpu-prof-dir --cpu-prof-name --heap-prof-dir --heap-prof-name'
  ).split(' '),
);

/** Pure: of the command line, and of NODE_OPTIONS, which the command line wins over. */
export function readNodeOptions(command: readonly string[], nodeOptions = ''): NodeOptions {
  const own = ownWords(command.slice(1));
  const options = optionsOf([...nodeOptions.split(/\s+/).filter((word) => word !== ''), ...own.options]);
  const has = (...names: string[]) => names.some((name) => options.has(name));
  const at = ['--inspect', '--inspect-brk', '--inspect-wait', '--inspect-port', '--debug-port']
    .map((name) => options.get(name))
    .findLast((value) => value !== undefined && value !== '');
  const uid = options.get('--inspect-publish-uid');
  return {
    isInspecting: has('--inspect', '--inspect-brk', '--inspect-wait'),
    inspectorAt: hostAndPort(at ?? ''),
    isPublished: uid === undefined || uid.split(',').includes('http'),
    isForbidden: has('--permission', '--experimental-permission') && !has('--allow-inspector'),
    isSignalOff: has('--disable-sigusr1'),
    script: own.script[0] ?? null,
    shown: [...command.slice(0, 1), ...own.options, ...own.script],
  };
}

/** Node's own options end at its script, or at `--`. */
function ownWords(words: readonly string[]): { options: string[]; script: string[] } {
  let at = 0;
  while (at < words.length && words[at]!.startsWith('-') && words[at] !== '--' && words[at] !== '-') {
    at += TAKES_A_WORD.has(words[at]!) ? 2 : 1;
  }
  const script = words[at] === '--' ? at + 1 : at;
  return { options: words.slice(0, at), script: words.slice(script, script + 1) };
}

function optionsOf(words: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  words.forEach((word, at) => {
    const [name, ...value] = word.split('=');
    // Node takes `_` for `-` in the name of an option.
    const plain = name!.replaceAll('_', '-');
    if (plain.startsWith('-'))
      options.set(plain, value.join('=') || (TAKES_A_WORD.has(plain) ? (words[at + 1] ?? '') : ''));
  });
  return options;
}

/** `9230`, `host`, `host:9230`, `[::1]:9230`; what is missing is Node's own default. */
function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const isPort = digits === undefined && /^\d+$/.test(plain ?? '');
  return {
    host: (isPort ? '' : (bracketed ?? plain)) || '127.0.0.1',
    port: Number(isPort ? plain : (digits ?? 9229)),
  };
}
