import path from 'node:path';
import { expect, it } from 'vitest';
import { PERCH_VERSION } from '../protocol/version.ts';
import { wrongImports } from './tidy/imports.ts';
import { brokenLinks } from './tidy/links.ts';
import { deadFiles, missingEntries } from './tidy/reach.ts';
import { files, importsOf, isBelow, read, sources, withoutComments } from './tidy/sources.ts';

/** The rules of the house (ARCHITECTURE.md). Each failure names the file and what to do instead. */

const tests = sources.filter((file) => isBelow(file, 'test') && !isBelow(file, 'test/fixtures'));

/** The lines of some files that match, as `file:line: what to do`. */
function linesWith(
  pattern: RegExp,
  among: readonly string[],
  instead: string,
  isExcused = (_: string) => false,
): string[] {
  return among.flatMap((file) => {
    const lines = withoutCommentsKeepingLines(read(file));
    const original = read(file).split('\n');
    return lines.flatMap((line, i) => {
      const isFound = pattern.test(line) && !isExcused(`${original[i - 1] ?? ''}\n${original[i]}`);
      return isFound ? [`${file}:${i + 1}: ${instead}`] : [];
    });
  });
}

function withoutCommentsKeepingLines(text: string): string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .split('\n')
    .map(withoutComments);
}

it('reads imports however they are written', () => {
  const specifiers = importsOf('agent/say.ts').map(({ specifier }) => specifier);
  expect(specifiers).toContain('node:fs');
  expect(sources.flatMap(importsOf).length).toBeGreaterThan(200);
  const unresolved = sources.flatMap((file) =>
    importsOf(file)
      .filter(
        (each) => each.file !== null && !each.specifier.includes('?') && !/\bdist\//.test(each.specifier),
      )
      // A script that a test runs from the root names files from there.
      .filter((each) => !files.includes(each.file!) && !files.includes(path.posix.normalize(each.specifier)))
      .map(({ specifier }) => `${file} imports ${specifier}, which is not there`),
  );
  expect(unresolved).toEqual([]);
});

it('everyone imports only whom they may', () => expect(wrongImports()).toEqual([]));

it('no file is dead', () => {
  expect(missingEntries()).toEqual([]);
  expect(deadFiles()).toEqual([]);
});

it('links and pages that are named are there', () => expect(brokenLinks()).toEqual([]));

it('files are small enough to read', () => {
  const lines = (file: string) => read(file).split('\n').length - 1;
  const most = (file: string) => (isBelow(file, 'test') ? 500 : 400);
  const long = sources.filter((file) => lines(file) > most(file));
  expect(
    long.map((file) => `${file} has ${lines(file)} lines; split it by idea, at most ${most(file)}`),
  ).toEqual([]);
});

it('tests wait for events, not for time', () => {
  const sleeps = /\bsleep\(|timers\/promises|setTimeout\((?:resolve|done|r|\(\) => (?:resolve|done|r)\()/;
  const instead = 'await the event itself, or say above why time must pass: `// Time must pass: …`';
  expect(linesWith(sleeps, tests, instead, (lines) => lines.includes('Time must pass'))).toEqual([]);
});

it('no test is skipped, planned or alone', () => {
  const kept = /\b(?:it|test|describe|suite|lane)\.(?:skip|skipIf|runIf|todo|only|fails)\b|\bcontext\.skip\(/;
  expect(linesWith(kept, tests, 'run it everywhere, or remove it')).toEqual([]);
});

it('names are words of the field', () => {
  const instead = 'name it after what it does: no manager, helper, util, common, nor service as a suffix';
  const wrongFiles = files.filter((file) =>
    /(?:^|[/-])(?:managers?|helpers?|utils?|common)(?:\.|\/)|-service\./.test(file),
  );
  expect(wrongFiles.map((file) => `${file}: ${instead}`)).toEqual([]);
  expect(linesWith(/\bclass \w+(?:Manager|Helper|Utils?|Service)\b/, sources, instead)).toEqual([]);
});

it('every package has the version of the product', () => {
  for (const file of ['package.json', 'agent/package.json', 'cli/package.json']) {
    expect({ file, version: JSON.parse(read(file)).version }).toEqual({ file, version: PERCH_VERSION });
  }
});

it('the agent writes to stderr in one place, and nowhere else to anything', () => {
  // The bridge and `perch-agent` are programs of their own and no part of a service.
  const isProgram = (file: string) => file === 'agent/stdio.ts' || file === 'agent/host.ts';
  const agent = sources.filter(
    (file) => isBelow(file, 'agent') && file !== 'agent/say.ts' && !isProgram(file),
  );
  // A file that it opened itself is no place of the service's.
  const writes = /\bconsole\.|\bprocess\.std(?:out|err)\b|\bwriteSync\((?!this\.fd\b)|_rawDebug|emitWarning/;
  expect(linesWith(writes, agent, 'the two lines of the agent are written in agent/say.ts')).toEqual([]);
});

it('nothing names a place of one machine', () => {
  const texts = files.filter(
    (file) => /\.(?:ts|tsx|cts|js|json|md|css|html|yaml|yml|sh)$/.test(file) && file !== 'test/tidy.test.ts',
  );
  const found = texts.filter((file) => /(?<![\w.])\/work\/|\/tmp\/w\//.test(read(file)));
  expect(
    found.map((file) => `${file}: take paths from import.meta.url, the environment or a temporary folder`),
  ).toEqual([]);
});
