import { importsOf, isBelow, sources } from './sources.ts';

/** Who may import whom: the folders and packages that each folder may use, and what to do instead. */
interface House {
  folders: readonly string[];
  packages: readonly (string | RegExp)[];
  instead: string;
}

const UI_LIBRARIES = [
  'react',
  /^react-/,
  /^d3-/,
  /^@tanstack\//,
  /^@fontsource/,
  'zustand',
  'lucide-react',
] as const;

const HOUSES: Record<string, House> = {
  protocol: {
    folders: ['protocol'],
    packages: [],
    instead:
      'protocol/ is pure: take clocks, sockets and text encoders as parameters, or move it to agent/ or client/',
  },
  agent: {
    folders: ['agent', 'protocol'],
    packages: [/^node:/, 'ssh2'],
    instead: 'agent/ uses protocol/ and Node only; what both sides need goes to protocol/',
  },
  client: {
    folders: ['client', 'protocol'],
    packages: [/^node:/, 'ssh2', 'execa', 'yaml', 'ws'],
    instead: 'client/ uses protocol/, Node, ssh2, execa, yaml and ws; what both sides need goes to protocol/',
  },
  cli: {
    folders: ['cli', 'client', 'protocol'],
    packages: [/^node:/],
    instead: 'cli/ is arguments → a client call → text; the work belongs to client/',
  },
  electron: {
    folders: ['electron', 'client', 'protocol'],
    packages: [/^node:/, 'electron'],
    instead: 'electron/ is a thin shell over client/; the work belongs there',
  },
  renderer: {
    folders: ['renderer', 'protocol'],
    packages: UI_LIBRARIES,
    instead:
      'renderer/ asks for everything through electron/ipc.ts, whose types it may import with `import type`',
  },
  examples: {
    folders: ['examples'],
    packages: [/^node:/, '@perch/agent'],
    instead: 'an example is a program somebody would write: @perch/agent and Node only',
  },
};

/** A package that belongs to one place of each house. */
const PLACES: Record<string, { folders: readonly string[]; instead: string }> = {
  ssh2: {
    folders: ['agent/hub/ssh', 'client/ssh', 'test', 'bench', 'scripts'],
    instead: 'ssh2 is used in agent/hub/ssh/ and client/ssh/ only; everything above sees streams',
  },
  ws: {
    folders: ['client/attach', 'test', 'scripts'],
    instead: 'ws is used in client/attach/ only, for the inspector of a process that is attached to',
  },
  execa: {
    folders: ['client/wireguard', 'test', 'scripts'],
    instead: 'execa is used in client/wireguard/ only; elsewhere node:child_process',
  },
};

/** One line for each import that breaks the rules of the house, with what to do instead. */
export function wrongImports(): string[] {
  return sources.flatMap((file) => importsOf(file).flatMap((each) => judge(file, each)));
}

function judge(
  from: string,
  { specifier, file, isTypeOnly }: ReturnType<typeof importsOf>[number],
): string[] {
  const folder = from.split('/')[0]!;
  const house = HOUSES[folder];
  const wrong = (instead: string): string[] => [`${from} imports ${specifier}: ${instead}`];
  if (file !== null) {
    const target = file.split('/')[0]!;
    if (!house)
      return target === 'scripts' && folder !== 'test' && folder !== 'scripts'
        ? wrong('nothing imports scripts/')
        : [];
    if (folder === 'renderer' && file === 'electron/ipc.ts' && isTypeOnly) return [];
    return house.folders.includes(target) ? [] : wrong(house.instead);
  }
  const name = packageOf(specifier);
  const place = PLACES[name];
  if (place && !place.folders.some((each) => isBelow(from, each))) return wrong(place.instead);
  if (!house) return isUnitTest(from) && name === 'electron' && !isTypeOnly ? wrong(UNIT_TESTS) : [];
  const isAllowed = house.packages.some((each) =>
    typeof each === 'string' ? each === name : each.test(name),
  );
  return isAllowed ? [] : wrong(house.instead);
}

const UNIT_TESTS = 'unit tests import no electron; what needs it belongs to test/e2e/';

const isUnitTest = (file: string): boolean =>
  isBelow(file, 'test') && !isBelow(file, 'test/e2e') && !isBelow(file, 'test/support');

/** `react-dom/client` is of `react-dom`; `@a/b/c` of `@a/b`; `node:fs/promises` stays what it is. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}
