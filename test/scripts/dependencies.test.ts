import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

it('docs/decisions/0002-dependencies.md has a reason for every dependency, and for nothing else', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const [installed] = read('docs/decisions/0002-dependencies.md').split('## Fetched by scripts');
  const rows = installed!.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(named.toSorted()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).toSorted());
});

it('the agent depends on nothing', () => {
  const agent = JSON.parse(read('agent/package.json'));
  expect(agent.dependencies).toBeUndefined();
  expect(agent.peerDependencies).toBeUndefined();
  expect(agent.optionalDependencies).toBeUndefined();
});
