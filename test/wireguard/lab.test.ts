import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Runs `scripts/lab.ts run …`; `lines` are what the command in the lab prints. */
function runLab(...command: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/lab.ts', 'run', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  let text = '';
  let onText = () => {};
  child.stdout.on('data', (chunk) => {
    text += chunk;
    onText();
  });
  return {
    child,
    line: () =>
      new Promise<string>((resolve) => {
        onText = () => text.includes('\n') && resolve(text.split('\n')[0]!);
        onText();
      }),
    /** Settles when nobody holds its stdout any more. */
    ended: new Promise<{ exitCode: number | null; text: string }>((resolve) =>
      child.once('close', (exitCode) => resolve({ exitCode, text })),
    ),
  };
}

/** Processes whose environment names the lab's folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}

it('runs a command on a machine, which may join the lab, and passes its exit code on', async () => {
  const program = `import { startLab } from './test/support/lab.ts';
    startLab().then(async (lab) => {
      console.log(await lab.fra.must(['ip', '-brief', '-4', 'address', 'show', 'wgfra']));
      await lab.stop();
      process.exit(7);
    });`;
  const { exitCode, text } = await runLab(
    process.execPath,
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    program,
  ).ended;
  expect(text).toContain('10.77.1.2/32');
  expect(exitCode).toBe(7);
});

it('leaves no process behind, also when it is killed', async () => {
  const lab = runLab('sh', '-c', 'echo $PERCH_LAB; exec sleep 1000');
  const folder = await lab.line();
  // wireguard-go of both regions at least, and the command.
  const before = processesOf(folder).length;
  lab.child.kill('SIGKILL');
  expect(before).toBeGreaterThanOrEqual(3);
  await lab.ended;
  await expect.poll(() => processesOf(folder), { timeout: 5000 }).toEqual([]);
});
