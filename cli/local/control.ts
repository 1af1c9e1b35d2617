import { randomUUID } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from './whole-file.ts';
import type { LocalWorld } from './world.ts';

/** What another `supercargo` command needs to talk to a running `up`; readable by its owner alone. */
const runningUp = z.object({
  pid: z.number(),
  url: z.string(),
  token: z.string(),
  hubUrl: z.string(),
  keys: z.record(z.string(), z.string()),
});
export type RunningUp = z.infer<typeof runningUp>;

const FILE = 'up.json';
const edit = z.object({
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  annotations: z.record(z.string(), z.string()).optional(),
  enabled: z.boolean().optional(),
  suspend: z.boolean().optional(),
});

export interface ControlOptions {
  readonly world: LocalWorld;
  readonly stateDir: string;
  readonly hubUrl: string;
  readonly keys: ReadonlyMap<string, string>;
}

/** A door on loopback for `supercargo get`, `sync`, `enable` …: what the API server is on a cluster. */
export async function startControl(options: ControlOptions): Promise<{ close(): Promise<void> }> {
  const token = randomUUID();
  const server = createServer((request, response) => {
    answer(options.world, token, request).then(
      ({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      (error: unknown) =>
        response
          .writeHead(400, { 'content-type': 'application/json' })
          .end(JSON.stringify({ message: error instanceof Error ? error.message : String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const file = join(options.stateDir, FILE);
  const { port } = server.address() as AddressInfo;
  const running: RunningUp = {
    pid: process.pid,
    url: `http://127.0.0.1:${port}`,
    token,
    hubUrl: options.hubUrl,
    keys: Object.fromEntries(options.keys),
  };
  await writeWhole(file, JSON.stringify(running));
  return {
    async close() {
      await rm(file, { force: true });
      await closeServer(server);
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function answer(
  world: LocalWorld,
  token: string,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  if (request.headers.authorization !== `Bearer ${token}`) return { status: 401, body: { message: 'wrong token' } };
  if (request.method === 'GET') return { status: 200, body: world.list() };
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { kind, namespace, name, annotations, enabled, suspend } = edit.parse(
    JSON.parse(Buffer.concat(chunks).toString('utf8')),
  );
  let found = world.get(kind, namespace, name) !== undefined;
  if (annotations) found = world.annotate(kind, namespace, name, annotations);
  if (enabled !== undefined) found = world.setSwitch(kind, namespace, name, 'enabled', enabled);
  if (suspend !== undefined) found = world.setSwitch(kind, namespace, name, 'suspend', suspend);
  return found
    ? { status: 200, body: {} }
    : { status: 404, body: { message: `${kind} ${namespace ?? ''}/${name} was not found` } };
}

/**
 * The `up` that runs on this state folder, if one does. A file left by a killed one is no `up`, nor is one of another
 * user: it would say itself where this command sends what it is told.
 */
export async function findRunningUp(stateDir: string, uid = process.getuid?.()): Promise<RunningUp | undefined> {
  const file = join(stateDir, FILE);
  const owner = (await stat(file).catch(() => undefined))?.uid;
  if (uid !== undefined && owner !== uid && owner !== 0) return undefined;
  const text = await readFile(file, 'utf8').catch(() => '');
  const parsed = runningUp.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  try {
    process.kill(parsed.data.pid, 0);
    return parsed.data;
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
