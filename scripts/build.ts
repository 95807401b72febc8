/** Builds everything into dist/ and agent/dist/. `npm ci` runs it, so that nothing else has to be known. */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts: string[]) => path.join(root, ...parts);

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** `?raw` gives a file's text, as it does in Vite: that is how the hub's bundle gets into the agent. */
const rawText: Plugin = {
  name: 'raw-text',
  setup(bundler) {
    bundler.onResolve({ filter: /\?raw$/ }, (args) => ({
      path: path.resolve(args.resolveDir, args.path.slice(0, -'?raw'.length)),
      namespace: 'raw-text',
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'raw-text' }, (args) => ({
      contents: readFileSync(args.path, 'utf8'),
      loader: 'text',
    }));
  },
};

/**
 * For what Node loads by its path and nobody bundles, the hub is the path of a file beside it: main then neither reads nor
 * compiles what another thread runs.
 */
const hubBeside = (file: string): Plugin => ({
  name: 'hub-beside',
  setup(bundler) {
    bundler.onResolve({ filter: /hub-text\.cjs\?raw$/ }, (args) => ({
      path: args.path,
      namespace: 'hub-beside',
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'hub-beside' }, () => ({
      contents: `module.exports = require('node:path').join(__dirname, ${JSON.stringify(file)})`,
    }));
  },
});

/** ssh2 is two thirds of the hub, and most hubs never have a connection: there it is a file of its own. */
const ssh2Beside: Plugin = {
  name: 'ssh2-beside',
  setup(bundler) {
    bundler.onResolve({ filter: /^ssh2$/ }, () => ({ path: './ssh2.cjs', external: true }));
  },
};

/** The hub's text where whoever runs the code hands it over as `perchHub`, so that it is not carried twice. */
const handedOver: Plugin = {
  name: 'handed-over',
  setup(bundler) {
    bundler.onResolve({ filter: /hub-text\.cjs\?raw$/ }, (args) => ({
      path: args.path,
      namespace: 'handed-over',
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'handed-over' }, () => ({
      contents: "module.exports = typeof perchHub === 'string' ? perchHub : ''",
    }));
  },
};

/** The probe of `@perch/agent/observe` has no code that acts, as its hub has none. */
const withoutActing: Plugin = {
  name: 'without-acting',
  setup(bundler) {
    bundler.onResolve({ filter: /\/acting\.ts$/ }, (args) => ({
      path: path.resolve(args.resolveDir, 'no-acting.ts'),
    }));
  },
};

/** ssh2 runs on Node's own crypto; its native addon never gets into somebody's service (docs/decisions). */
const withoutAddons: Plugin = {
  name: 'without-addons',
  setup(bundler) {
    bundler.onResolve({ filter: /\.node$|^cpu-features$/ }, (args) => ({
      path: args.path,
      namespace: 'no-addon',
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'no-addon' }, () => ({
      contents: 'throw new Error("left out")',
    }));
  },
};

/** It is published and runs elsewhere: without maps, which would hold the hub's text once more each. */
const agent: BuildOptions = { ...common, sourcemap: false };

async function buildAgent(): Promise<void> {
  const out = (name: string) => at('agent/dist', name);
  // First what is carried as text, then what carries it.
  await Promise.all(
    (
      [
        ['agent/hub/main.ts', 'hub-text.cjs', []],
        ['agent/hub/main.ts', 'hub.cjs', [ssh2Beside]],
        ['agent/hub/main-observe.ts', 'hub-observe.cjs', [ssh2Beside]],
        ['node_modules/ssh2/lib/index.js', 'ssh2.cjs', []],
        ['agent/supervisor/hosts/thread-runner.ts', 'thread-runner.cjs', []],
      ] as const
    ).map(([entry, name, others]) =>
      build({
        ...agent,
        entryPoints: [at(entry)],
        outfile: out(name),
        format: 'cjs',
        minifyWhitespace: true,
        minifySyntax: true,
        plugins: [withoutAddons, handedOver, ...others],
      }),
    ),
  );
  await Promise.all([
    ...(
      [
        ['register', 'hub.cjs', []],
        ['observe', 'hub-observe.cjs', [withoutActing]],
      ] as const
    ).map(([name, hub, others]) =>
      build({
        ...agent,
        entryPoints: [at(`agent/${name}.ts`)],
        outfile: out(`${name}.cjs`),
        format: 'cjs',
        minifyWhitespace: true,
        minifySyntax: true,
        plugins: [hubBeside(hub), ...others],
      }),
    ),
    ...['index', 'attach', 'stdio', 'host'].map((name) =>
      build({
        ...agent,
        entryPoints: [at(`agent/${name}.ts`)],
        outfile: out(`${name}.cjs`),
        format: 'cjs',
        plugins: [rawText],
      }),
    ),
    build({
      ...agent,
      entryPoints: [at('agent/index.ts')],
      outfile: out('index.mjs'),
      format: 'esm',
      plugins: [rawText],
    }),
    build({
      ...agent,
      entryPoints: [at('agent/supervisor/hosts/process-runner.ts')],
      outfile: out('process-runner.cjs'),
      format: 'cjs',
      plugins: [rawText],
    }),
  ]);
}

/** Types of the public API, for those who install the agent. */
function buildTypes(): void {
  execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  // The same types serve both forms: to TypeScript an ES module may import CommonJS types, not the reverse.
  writeFileSync(at('agent/dist/types/package.json'), '{"type":"commonjs"}\n');
}

async function buildClients(): Promise<void> {
  const { metafile } = await build({
    ...common,
    entryPoints: [at('cli/main.ts')],
    outdir: at('dist/cli'),
    format: 'esm',
    splitting: true,
    packages: 'external',
    metafile: true,
  });
  // Chunks are named by their content: those of earlier builds go.
  for (const name of readdirSync(at('dist/cli'))) {
    if (!metafile.outputs[`dist/cli/${name}`]) rmSync(at('dist/cli', name));
  }
  await build({
    ...common,
    entryPoints: [at('electron/main.ts'), at('electron/preload.ts')],
    outdir: at('dist/electron'),
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    external: ['electron'],
    plugins: [withoutAddons],
  });
  const { build: viteBuild } = await import('vite');
  await viteBuild({ configFile: at('vite.config.ts'), logLevel: 'warn' });
}

/** Programs that run as services: the examples, and the tiny services the tests look at. */
async function buildPrograms(): Promise<void> {
  const sources = ['examples', 'test/fixtures'].flatMap((folder) =>
    readdirSync(at(folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  const options: BuildOptions = { ...common, packages: 'external', outbase: root, outdir: at('dist') };
  const ending = (end: string) => sources.filter((file) => file.endsWith(end) && !file.endsWith('.d.ts'));
  await build({ ...options, entryPoints: ending('.ts'), format: 'esm' });
  await build({ ...options, entryPoints: ending('.cts'), format: 'cjs', outExtension: { '.js': '.cjs' } });
  // What a program serves or reads beside its code.
  for (const file of ['.html', '.css', '.svg', '.json'].flatMap(ending)) cpSync(at(file), at('dist', file));
}

const steps: Record<string, () => Promise<void> | void> = {
  agent: buildAgent,
  types: buildTypes,
  clients: buildClients,
  programs: buildPrograms,
};

/** `tsx scripts/build.ts` builds all; `… agent programs` only what is named. */
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(steps)) {
  const step = steps[name];
  if (!step) throw new Error(`no build step ${name}; there are ${Object.keys(steps).join(', ')}`);
  await step();
}
