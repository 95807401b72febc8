import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  findLocal,
  isLocalDoor,
  localFolders,
  localSockets,
  lookAround,
} from '../../../client/fleet/local.ts';
import { openSession, type Target } from '../../../client/session.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { ScriptedSession } from '../scripted-session.ts';

const uid = process.getuid!();
const servers: net.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function privateFolder(): string {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'local-')), 'perch');
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

async function listenAt(file: string): Promise<void> {
  const server = net.createServer().listen(file);
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
}

describe("this computer's sockets", () => {
  it('are the .sock files of a private folder', async () => {
    const folder = privateFolder();
    await listenAt(path.join(folder, 'b.sock'));
    await listenAt(path.join(folder, 'a.sock'));
    await listenAt(path.join(folder, '1-2.hub'));
    writeFileSync(path.join(folder, 'file.sock'), '');
    symlinkSync(path.join(folder, 'a.sock'), path.join(folder, 'link.sock'));
    expect(await localSockets([{ folder, uid }])).toEqual([
      path.join(folder, 'a.sock'),
      path.join(folder, 'b.sock'),
    ]);
    expect(await isLocalDoor(path.join(folder, 'a.sock'), [{ folder, uid }])).toBe(true);
  });

  it.each<[string, (folder: string) => { folder: string; uid: number }]>([
    [
      'others may write to',
      (folder) => {
        chmodSync(folder, 0o777);
        return { folder, uid };
      },
    ],
    ["is somebody else's", (folder) => ({ folder, uid: uid + 1 })],
    [
      'is a link',
      (folder) => {
        symlinkSync(folder, `${folder}-link`);
        return { folder: `${folder}-link`, uid };
      },
    ],
    ['is not there', (folder) => ({ folder: `${folder}-none`, uid })],
  ])('are not looked for in a folder that %s', async (_, spoil) => {
    const folder = privateFolder();
    await listenAt(path.join(folder, 'a.sock'));
    const spoiled = spoil(folder);
    expect(await localSockets([spoiled])).toEqual([]);
    expect(await isLocalDoor(path.join(spoiled.folder, 'a.sock'), [spoiled])).toBe(false);
  });

  it("are looked for in the user's folders, whatever the service's environment was", async () => {
    const folders = await localFolders({ XDG_RUNTIME_DIR: '/somewhere' }, 1234);
    expect(folders).toEqual([
      { folder: '/somewhere/perch', uid: 1234 },
      { folder: '/run/user/1234/perch', uid: 1234 },
      { folder: '/tmp/perch-1234', uid: 1234 },
      { folder: '/dev/shm/perch-1234', uid: 1234 },
    ]);
  });

  it('of every user are looked at by root, each held against the user its folder names', async () => {
    const folder = '/tmp/perch-987654';
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      expect(await localFolders({}, 0)).toContainEqual({ folder, uid: 987_654 });
      expect(await localFolders({}, 1234)).not.toContainEqual({ folder, uid: 987_654 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that do not answer are left out', async () => {
    const folder = privateFolder();
    for (const name of ['a', 'b', 'c']) await listenAt(path.join(folder, `${name}.sock`));
    const opened: ScriptedSession[] = [];
    const open = async (target: Target) => {
      const file = target.address.kind === 'unix' ? path.basename(target.address.path) : '';
      if (file === 'b.sock') throw new PerchError('CONNECT_FAILED', 'dead');
      expect(target.login).toBe('none');
      const session = new ScriptedSession({ instance: file });
      opened.push(session);
      return session;
    };
    const found = await findLocal({ open, folders: [{ folder, uid }] });
    expect(found.map(({ info }) => info.instance)).toEqual(['a.sock', 'c.sock']);
    expect(opened.every((session) => session.isClosed)).toBe(true);
  });

  it('that are listened on without an answer are told apart from dead ones', async () => {
    const folder = privateFolder();
    const dead = path.join(folder, 'dead.sock');
    const silent = path.join(folder, 'silent.sock');
    await listenAt(silent);
    const killed = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 9))`;
    spawnSync(process.execPath, ['-e', killed, dead]);
    const { found, silent: unanswered } = await lookAround({
      open: openSession,
      folders: [{ folder, uid }],
      timeoutMs: 200,
    });
    expect(found).toEqual([]);
    expect(unanswered.map((each) => each.path)).toEqual([silent]);
    expect(unanswered[0]!.error.message).toContain('no answer within 200 ms');
  });
});
