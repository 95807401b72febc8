import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

it("agent/THIRD-PARTY-NOTICES names every package in the hub's bundle, at its version", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['agent/hub/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['*.node', 'cpu-features'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const bundled = Object.keys(metafile.inputs).flatMap(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  );
  expect(bundled).toContain('ssh2');
  const named = [
    ...readFileSync(`${root}/agent/THIRD-PARTY-NOTICES`, 'utf8').matchAll(/^={9,}\n(\S+ [\d.]+)$/gm),
  ];
  const versions = [...new Set(bundled)].map((name) => {
    const { version } = JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8'));
    return `${name} ${version}`;
  });
  expect(named.map(([, line]) => line).toSorted()).toEqual(versions.toSorted());
});
