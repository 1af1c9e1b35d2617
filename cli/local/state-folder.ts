import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What `up` keeps in its state folder beside the database, which looks after its own. */
const FILES = ['up.json', 'up.json.new', 'resources.json', 'resources.json.new'];
const KEYS = 'keys';
const OTHERS_WRITE = 0o022;
const OTHERS_READ = 0o077;
const ROOT = 0;

/**
 * Makes the state folder, or looks at the one that is there before anything in it is read: it holds the developer keys
 * and all orders. One that another user of the machine owns or may write to is refused, as ssh does with its own: the
 * other could put keys of his there. In one that others may read, our files are closed. Returns what people should
 * know of it.
 */
export async function takeStateFolder(folder: string, uid = process.getuid?.()): Promise<string[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (uid === undefined) return [];
  // The folder itself may be a link that its user made; what is in it may not.
  refuseIfOthers(await stat(folder), folder, uid);
  const said: string[] = [];
  const keys = await readdir(join(folder, KEYS)).catch(() => []);
  const places = [...FILES, KEYS, ...keys.map((name) => join(KEYS, name))].map((name) => join(folder, name));
  for (const path of places) {
    const found = await lstat(path).catch(() => undefined);
    if (!found) continue;
    refuseIfOthers(found, path, uid);
    if ((found.mode & OTHERS_READ) === 0) continue;
    await chmod(path, found.isDirectory() ? 0o700 : 0o600);
    const isKey = path.startsWith(join(folder, KEYS) + '/');
    said.push(
      `${path} could be read by other users of this machine: it is closed now${isKey ? '. If others work here, delete it: the next start makes a new developer key' : ''}`,
    );
  }
  return said;
}

interface Looked {
  readonly uid: number;
  readonly mode: number;
  isSymbolicLink(): boolean;
}

function refuseIfOthers(found: Looked, path: string, uid: number): void {
  if (found.isSymbolicLink())
    throw new Error(
      `${path} is a link: "up" keeps its keys there and follows none. Remove it, or give another --state`,
    );
  if (found.uid !== uid && found.uid !== ROOT)
    throw new Error(
      `${path} belongs to another user of this machine (uid ${found.uid}), who could read and change what "up" keeps there: give another --state`,
    );
  if ((found.mode & OTHERS_WRITE) !== 0)
    throw new Error(
      `${path} can be written by other users of this machine (mode ${(found.mode & 0o7777).toString(8).padStart(4, '0')}), who could put keys of their own there: chmod 700 ${path}, or give another --state`,
    );
}
