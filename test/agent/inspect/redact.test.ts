import { describe, expect, it } from 'vitest';
import { redactArgs, redactText } from '../../../agent/inspect/redact.ts';
import { isSecretKey } from '../../../agent/inspect/redact-key.ts';

describe('keys that name secrets', () => {
  it.each(
    (
      'password Password userPassword PGPASSWORD db_passwd passphrase pwd MYSQL_PWD secret clientSecret client_secret ' +
      'token tokens accessToken access_token authToken authtoken csrf-token X-Auth-Token GITHUB_TOKEN token2 jwt bearer ' +
      'authorization Authorization proxy-authorization cookie cookies Set-Cookie apiKey api_key API-KEY apikey X-Api-Key ' +
      'privateKey private_key AWS_SECRET_ACCESS_KEY accessKeyId signingKey encryption_keys credential credentials ' +
      'awsCredentials auth _auth basicAuth connectionString SENTRY_DSN passwordHash --password APIKey'
    ).split(' '),
  )('%s', (key) => expect(isSecretKey(key)).toBe(true));

  it.each(
    (
      'author authority authors oauth authenticated isAuth authMethod tokenCount maxTokens prompt_tokens tokensUsed tokenType ' +
      'tokenExpiresAt tokenizer passenger passing hasPassword isSecret passwordPolicy passwordLength requires_token ' +
      'publicKey public_key key keys keyboard primaryKey foreignKey hostKey keyId secretary cookieName tokenUrl PWD OLDPWD ' +
      'board turn players compass bypass'
    ).split(' '),
  )('not %s', (key) => expect(isSecretKey(key)).toBe(false));

  it('not a text of a thousand characters, nor nothing', () => {
    expect(isSecretKey('password'.repeat(200))).toBe(false);
    expect(isSecretKey('')).toBe(false);
    expect(isSecretKey('--')).toBe(false);
  });
});

const S = 'hunter2hunter2';

describe('texts', () => {
  it.each([
    [`token=${S} next`, 'token=[redacted] next'],
    [`{"password":"${S}","user":"ann"}`, '{"password":[redacted],"user":"ann"}'],
    [`password: '${S} ${S}'`, 'password: [redacted]'],
    [`Authorization: Basic ${S}\nHost: h`, 'Authorization: [redacted]\nHost: h'],
    [`Cookie: a=${S}; b=${S}`, 'Cookie: [redacted]'],
    [`curl with Bearer ${S}`, 'curl with Bearer [redacted]'],
    [`postgres://ann:${S}@db/x?y=1`, 'postgres://ann:[redacted]@db/x?y=1'],
    [`postgres://ann:p/w@${S}@db/x`, 'postgres://ann:[redacted]@db/x'],
    ['redis://:123456@cache', 'redis://:[redacted]@cache'],
    [`-----BEGIN PRIVATE KEY-----\n${S}\n-----END PRIVATE KEY-----`, '[redacted]'],
    [`-----BEGIN RSA PRIVATE KEY-----\n${S}`, '[redacted]'],
    ['x eyJhbGci.eyJzdWIi.c2ln y', 'x [redacted] y'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    [`ghp_${S}${S}`, '[redacted]'],
  ])('%s', (text, kept) => expect(redactText(text)).toBe(kept));

  it.each([
    'node /app/server.js --port 3000',
    'http://localhost:4873/@scope/name',
    'TypeError: Cannot read properties of undefined (reading "token")',
    '    at work (/app/a.js:3:7)',
    'exited with code 1',
    'tokens: 5 left'.replace('tokens', 'maxTokens'),
  ])('keeps %s', (text) => expect(redactText(text)).toBe(text));

  it('takes time in proportion to a long text', () => {
    const started = performance.now();
    for (const text of [
      'a'.repeat(200_000),
      'eyJ'.repeat(70_000),
      '://:'.repeat(20_000),
      'a:'.repeat(100_000),
      '"'.repeat(100_000),
    ]) {
      redactText(text);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('command lines', () => {
  it.each([
    [['node', 'app.js', '--port', '1'], 'node app.js --port 1'],
    [['app', '--password', S, '-v'], 'app --password [redacted] -v'],
    [['app', '--api-key', '--verbose'], 'app --api-key --verbose'],
    [['app', `--token=${S}`], 'app --token=[redacted]'],
    [['env', `DB_PASSWORD=${S}`, 'app'], 'env DB_PASSWORD=[redacted] app'],
    [
      ['curl', '-u', `ann:${S}`, '-H', `X-Api-Key: ${S}`],
      "curl -u ann:[redacted] -H 'X-Api-Key: [redacted]'",
    ],
    [['curl', '-H', `Cookie: a=${S}; b=${S}`], "curl -H 'Cookie: [redacted]'"],
    [['sh', '-c', `PGPASSWORD=${S} psql`], "sh -c 'PGPASSWORD=[redacted] psql'"],
    [['app', `mysql://r:${S}@h/d`], 'app mysql://r:[redacted]@h/d'],
  ])('%j', (argv, line) => {
    expect(redactArgs(argv)).toBe(line);
  });

  it('keeps the first thousand characters', () => {
    expect(redactArgs(['x'.repeat(5000)])).toHaveLength(1001);
  });
});
