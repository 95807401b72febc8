import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, transformSync } from 'esbuild';
import webpack from 'webpack';

/** The forms in which people run a service, each made of the same sources (test/packed/consumer). */
export interface Form {
  type: 'module' | 'commonjs';
  /** Flags of node that it is run with. */
  flags: string[];
  entry: string;
  /** It runs from what was written alone: no node_modules, no file of the agent. */
  isBundle: boolean;
  /** Writes the program into `out`; bundlers find packages from `project` up. */
  make(project: string, out: string): Promise<void>;
}

const sources = fileURLToPath(new URL('consumer', import.meta.url));
const MODULES = readdirSync(sources).map((file) => path.basename(file, '.ts'));
/** How a program of that form finds the file of another of its modules; consumer/app.ts asks for it. */
const BY_PATH = `const beside = (file) => require('node:path').join(__dirname, \`\${file}.js\`);\n`;
const BY_URL = `const beside = (file) => new URL(\`./\${file}.js\`, import.meta.url);\n`;
/** On Node 20 tsx loads nothing on worker threads unless it is asked to there (docs/bundles.md). */
const BY_URL_TYPED = `
const ending = process.versions.node.startsWith('20.') ? 'mjs' : 'ts';
const beside = (file: string): URL => new URL(\`./\${file}.\${ending}\`, import.meta.url);
`;
const byRegister = (file: string): string => `
import { register } from 'tsx/esm/api';
register();
export const { run } = await import(${JSON.stringify(file)});
`;

const plain = { flags: [], entry: 'app.js', isBundle: false };
const bundle = { flags: [], entry: 'app.js', isBundle: true };

export const FORMS: Record<string, Form> = {
  ESM: {
    ...plain,
    type: 'module',
    make: async (_, out) => write(out, '.js', (source) => BY_URL + transpiled(source, 'esm')),
  },
  CJS: {
    ...plain,
    type: 'commonjs',
    make: async (_, out) => write(out, '.js', (source) => BY_PATH + transpiled(source, 'cjs')),
  },
  'TypeScript by tsx': {
    ...plain,
    type: 'module',
    flags: ['--import', 'tsx'],
    entry: 'app.ts',
    make: async (_, out) => {
      write(out, '.ts', (source) => source.replace(/^declare const beside.*\n/m, BY_URL_TYPED));
      for (const name of MODULES) writeFileSync(path.join(out, `${name}.mjs`), byRegister(`./${name}.ts`));
    },
  },
  'a bundle by esbuild, ESM': {
    ...bundle,
    type: 'module',
    make: (project, out) => byEsbuild(project, out, { format: 'esm', banner: { js: BY_URL } }),
  },
  'a bundle by esbuild, CJS': {
    ...bundle,
    type: 'commonjs',
    make: (project, out) => byEsbuild(project, out, { format: 'cjs', banner: { js: BY_PATH } }),
  },
  'a bundle by webpack': { ...bundle, type: 'commonjs', make: byWebpack },
};

function transpiled(source: string, format: 'esm' | 'cjs'): string {
  return transformSync(source, { loader: 'ts', format, target: 'node20' }).code;
}

function write(folder: string, ending: string, form: (source: string) => string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of MODULES) {
    const source = readFileSync(path.join(sources, `${name}.ts`), 'utf8');
    writeFileSync(path.join(folder, name + ending), form(source));
  }
}

/** As most people call it: every module that is run on a thread or in a process of its own is an entry. */
async function byEsbuild(project: string, out: string, options: BuildOptions): Promise<void> {
  write(path.join(project, 'src'), '.ts', (source) => source);
  const { warnings } = await build({
    absWorkingDir: project,
    entryPoints: MODULES.map((name) => `src/${name}.ts`),
    bundle: true,
    minify: true,
    platform: 'node',
    outdir: out,
    logLevel: 'silent',
    ...options,
  });
  if (warnings.length > 0) throw new Error(`esbuild warns: ${JSON.stringify(warnings)}`);
}

async function byWebpack(project: string, out: string): Promise<void> {
  write(path.join(project, 'src'), '.js', (source) => BY_PATH + transpiled(source, 'esm'));
  const compiler = webpack({
    context: project,
    mode: 'production',
    target: 'node',
    entry: Object.fromEntries(MODULES.map((name) => [name, `./src/${name}.js`])),
    output: { path: out, library: { type: 'commonjs2' } },
    node: { __dirname: false },
  });
  const stats = await new Promise<webpack.Stats>((resolve, reject) => {
    compiler.run((error, done) => (error || !done ? reject(error) : resolve(done)));
  });
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(`webpack complains: ${stats.toString()}`);
  await new Promise((resolve) => compiler.close(resolve));
}
