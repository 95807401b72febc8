import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CALLS, type CallName } from '../../protocol/calls.ts';
import { ERRORS } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const PAGE = `${docs}protocol.md`;
const BEGIN = /<!-- calls: .* -->\n/;
const END = '<!-- /calls -->';

/** The calls as the table has them: what each does, needs, takes and costs. */
function callsText(): string {
  const names = Object.keys(CALLS) as CallName[];
  return names
    .map((name) => {
      const { capability, cost, does, args, ...rest } = CALLS[name];
      const facts = [
        `Needs: ${capability ? `\`${capability}\`` : 'a login'}`,
        `Costs: ${cost}`,
        ...('untilCancelled' in rest && rest.untilCancelled ? ['Until cancelled'] : []),
      ];
      return `### \`${name}\`\n\n${does}\n\n- ${facts.join(' · ')}\n- Arguments: ${args.words}\n`;
    })
    .join('\n');
}

it('docs/protocol.md has every call as the table has it (UPDATE_DOCS=1 writes it anew)', () => {
  const page = readFileSync(PAGE, 'utf8');
  const begin = BEGIN.exec(page)!;
  const from = begin.index + begin[0].length;
  const to = page.indexOf(END);
  const wanted = `\n${callsText()}\n`;
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page.slice(0, from) + wanted + page.slice(to));
  else expect(page.slice(from, to)).toBe(wanted);
});

it('every argument of every call says what it takes', () => {
  for (const { args } of Object.values(CALLS)) expect(args.words).not.toContain('undefined');
});

it('the numbers and codes in the text are those of the code', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(page).toContain(`Version ${PROTOCOL_VERSION}.`);
  expect(page).toContain(`up to ${LIMITS.maxCallsAtOnce} at once`);
  expect(page).toContain(
    `has ${LIMITS.maxCallBytes / 1024} KiB of payload, the largest it sends ${LIMITS.maxFrameBytes / 2 ** 20} MiB`,
  );
  expect(page).toContain(`else ${LIMITS.callMs / 1000} s`);
  expect(page).toContain(`${LIMITS.lateAnswerMs} ms later`);
  expect(page).toContain(`(${LIMITS.maxQueuedBytes / 2 ** 20} MiB unsent)`);
  const security = readFileSync(`${docs}security.md`, 'utf8');
  expect(security).toContain(
    `closed after ${LIMITS.loginMs / 1000} s, whatever they send; at most ${LIMITS.maxHalfOpen} at once`,
  );
  expect(security).toContain(`after ${LIMITS.maxLoginTries} refused logins`);
  expect(security).toContain(`a call has at most ${LIMITS.maxCallBytes / 1024} KB`);
  expect(security).toContain(
    `${LIMITS.maxSessions} connections are logged in at most, ${LIMITS.maxChannels} channels each`,
  );
  for (const text of [page, security]) {
    for (const [, code] of text.matchAll(/`([A-Z]{3,}_[A-Z_]+)`/g)) {
      if (!/^(PERCH|UPDATE)_/.test(code!)) expect(Object.keys(ERRORS)).toContain(code);
    }
  }
});
