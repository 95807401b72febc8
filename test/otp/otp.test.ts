import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { HEADINGS } from './differences.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run test:otp`, and what it printed. */
describe('our supervisors decide as OTP does', () => {
  let lines: string[] = [];
  let exitCode: number | null = null;

  beforeAll(async () => {
    const program = spawn(path.join(root, 'node_modules/.bin/tsx'), ['test/otp/run.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      process.stdout.write(text);
    });
    exitCode = await new Promise((resolve) => program.on('close', resolve));
    lines = printed.split('\n');
  });

  it('in ten thousand random scenarios', () => {
    expect(lines.filter((line) => line.startsWith('scenarios '))).toEqual(['scenarios 10000, differences 0']);
  });

  it('and every change of a decision is noticed', () => {
    const [line] = lines.filter((each) => each.startsWith('mutants '));
    expect(line).toMatch(/^mutants [1-9]\d\d, caught [1-9]\d\d /);
  });

  it('but for what docs/supervision.md says', () => {
    const page = readFileSync(path.join(root, 'docs/supervision.md'), 'utf8');
    const section = page.slice(page.indexOf('## Differences from OTP'), page.indexOf('## How it is built'));
    const headings = [...section.matchAll(/^\d+\. \*\*(.+?)\*\*/gm)].map(([, heading]) => heading!);
    expect(headings.sort()).toEqual([...HEADINGS].sort());
  });

  it('and all that it demands of itself holds', () => {
    expect(lines.filter((line) => line.startsWith('fault: '))).toEqual([]);
    expect(exitCode).toBe(0);
  });
});
