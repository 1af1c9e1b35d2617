import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../../../kit/clock.ts';
import type { Logger } from '../../../kit/log.ts';
import { ownAccount } from './account.ts';
import { makeSocketFolder, socketFolderOf } from './socket-folder.ts';

/** The folder of an embedded database, held by this process alone. */
export interface OneWriter {
  release(): Promise<void>;
}

export interface OneWriterOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const NAME = 'one-writer.sock';
const LOOK_EVERY_MS = 200;

/**
 * Waits until no other process has the folder. A pod that is deleted gets a successor at once, while its own process
 * may still write for a while: `Recreate` holds back a rollout, not that, and two writers would ruin the files. The
 * lock is a socket in the folder: whoever listens on it is alive, and the kernel lets go when it is killed, so that a
 * lock is never left behind. It works between containers of one node, and a ReadWriteOnce volume is on one node at a
 * time.
 */
export async function oneWriter({ folder, clock, log, signal }: OneWriterOptions): Promise<OneWriter> {
  const place = socketFolderOf(folder);
  if (place !== folder) await makeSocketFolder(place, ownAccount());
  const path = join(place, NAME);
  for (let waiting = false; ;) {
    signal.throwIfAborted();
    const { server, error } = await listen(path);
    if (server)
      return {
        release: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
          }),
      };
    if (error?.code !== 'EADDRINUSE') {
      log.warn({ err: error }, 'the volume takes no lock: a pod that is deleted and its successor could both write');
      return { release: async () => undefined };
    }
    if (await answers(path)) {
      if (!waiting) log.info('the process before still has the database: waiting for its end');
      waiting = true;
      await clock.sleep(LOOK_EVERY_MS, signal);
    } else {
      await rm(path, { force: true });
    }
  }
}

function listen(path: string): Promise<{ readonly server?: Server; readonly error?: NodeJS.ErrnoException }> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => resolve({ error }));
    // A hub that fails while it starts must end, lock or not.
    server.unref();
    server.listen(path, () => resolve({ server }));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
