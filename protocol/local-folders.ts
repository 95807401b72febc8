/** A folder where agents of one user put their sockets, and who that user is. */
export interface LocalFolder {
  folder: string;
  uid: number;
}

/**
 * Where an agent of this user may have put its local socket: `$XDG_RUNTIME_DIR/perch`, else `/tmp/perch-UID`, else,
 * where nothing in /tmp can be written, `/dev/shm/perch-UID`. The agent may have been started with another
 * environment than whoever looks for it, so all places count.
 */
export function localFoldersOf(
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
): LocalFolder[] {
  const xdg = env.XDG_RUNTIME_DIR;
  const folders = new Set([
    ...(xdg?.startsWith('/') ? [`${xdg.replace(/\/+$/, '')}/perch`] : []),
    ...LOCAL_PARENTS.map((parent) => localFolder(parent, uid)),
  ]);
  return [...folders].map((folder) => ({ folder, uid }));
}

/** What holds such folders of every user: root looks into them. */
export const LOCAL_PARENTS = ['/run/user', '/tmp', '/dev/shm'] as const;
type Parent = (typeof LOCAL_PARENTS)[number];

export function localFolder(parent: Parent, uid: number): string {
  return parent === '/run/user' ? `${parent}/${uid}/perch` : `${parent}/perch-${uid}`;
}

/** The folder that an entry of such a place stands for; null where it stands for none. */
export function localFolderIn(parent: Parent, name: string): LocalFolder | null {
  const digits = (parent === '/run/user' ? /^(\d+)$/ : /^perch-(\d+)$/).exec(name)?.[1];
  return digits === undefined ? null : { folder: localFolder(parent, Number(digits)), uid: Number(digits) };
}
