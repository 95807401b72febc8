import type { Program } from './program.ts';

const TEAM = '?teamId=team_perch';
const BINARY = { 'content-type': 'application/octet-stream' };

/** A fastify application: what a build made is put into it, looked for, and fetched, with and without its token. */
export const remoteCache: Program = {
  service: 'turborepo-remote-cache',
  script: 'turborepo-remote-cache/dist/cli.js',
  prepare() {},
  args: () => [],
  env: ({ folder, port }) => ({
    HOST: '127.0.0.1',
    PORT: String(port),
    NODE_ENV: 'production',
    STORAGE_PROVIDER: 'local',
    STORAGE_PATH: folder,
    STORAGE_PATH_USE_TMP_FOLDER: 'false',
    TURBO_TOKEN: 'its-token',
  }),
  isUp: /Server listening/,
  async use(ask) {
    const authorization = 'Bearer its-token';
    await ask('GET', `/v8/artifacts/status${TEAM}`, { headers: { authorization } });
    await ask('GET', `/v8/artifacts/3f2a${TEAM}`, { headers: { authorization } });
    await ask('PUT', `/v8/artifacts/3f2a${TEAM}`, {
      headers: { ...BINARY, authorization, 'x-artifact-duration': '5' },
      body: 'built '.repeat(20_000),
    });
    await ask('GET', `/v8/artifacts/3f2a${TEAM}`, { headers: { authorization } });
    await ask('HEAD', `/v8/artifacts/3f2a${TEAM}`, { headers: { authorization } });
    await ask('POST', `/v8/artifacts/events${TEAM}`, {
      headers: { 'content-type': 'application/json', authorization },
      body: '[]',
    });
    await ask('GET', `/v8/artifacts/3f2a${TEAM}`);
    await ask('GET', `/v8/artifacts/3f2a${TEAM}`, { headers: { authorization: 'Bearer another' } });
    await ask('GET', '/not-there');
  },
  varies: [/"(?:reqId|responseTime)":[^,}]+/g],
  shows: [],
};
