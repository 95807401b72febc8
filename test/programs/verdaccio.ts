import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Program } from './program.ts';

/** Without its line an answer (level http): it writes one or two, as the end of the request and of the answer fall. */
const CONFIG = `
storage: ./storage
auth: { htpasswd: { file: ./htpasswd, algorithm: sha1 } }
packages: { '**': { access: $all, publish: $authenticated } }
log: { type: stdout, format: json, level: info }
`;
const JSON_TYPE = { 'content-type': 'application/json' };
const TARBALL = Buffer.from('what npm would have packed');

/** A registry for npm packages, with nothing above it: somebody signs up, publishes, and finds it again. */
export const verdaccio: Program = {
  service: 'verdaccio',
  script: 'verdaccio/bin/verdaccio',
  prepare: ({ folder }) => writeFileSync(path.join(folder, 'config.yaml'), CONFIG),
  args: ({ folder, port }) => ['--config', path.join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`],
  isUp: /http address/,
  async use(ask) {
    await ask('GET', '/-/ping');
    await ask('PUT', '/hello', { headers: JSON_TYPE, body: JSON.stringify(published()) });
    const ada = JSON.stringify({ name: 'ada', password: 'a password of hers' });
    const { body } = await ask('PUT', '/-/user/org.couchdb.user:ada', { headers: JSON_TYPE, body: ada });
    const authorization = `Bearer ${JSON.parse(body).token}`;
    await ask('PUT', '/hello', {
      headers: { ...JSON_TYPE, authorization },
      body: JSON.stringify(published()),
    });
    await ask('GET', '/hello');
    await ask('GET', '/hello/-/hello-1.0.0.tgz');
    await ask('GET', '/-/whoami', { headers: { authorization } });
    await ask('GET', '/-/v1/search?text=hello');
    await ask('GET', '/');
    await ask('GET', '/not-there');
  },
  varies: [/"token": ?"[^"]+"/g, /"_rev": ?"[^"]+"/g, /^x-ratelimit-(?:reset|remaining): .+/, /^etag: .+/],
  shows: [],
};

/** As npm sends a package. */
function published() {
  const integrity = `sha512-${createHash('sha512').update(TARBALL).digest('base64')}`;
  const version = {
    name: 'hello',
    version: '1.0.0',
    dist: { tarball: 'http://127.0.0.1/hello/-/hello-1.0.0.tgz', integrity },
  };
  return {
    _id: 'hello',
    name: 'hello',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': version },
    _attachments: {
      'hello-1.0.0.tgz': {
        content_type: 'application/octet-stream',
        data: TARBALL.toString('base64'),
        length: TARBALL.length,
      },
    },
  };
}
