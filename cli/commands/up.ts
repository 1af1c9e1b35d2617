import { once } from 'node:events';
import { join } from 'node:path';
import { createLogger } from '../../kit/log.ts';
import { listenFault } from '../../kit/net/listen-fault.ts';
import { withoutControls } from '../../kit/plain-text.ts';
import { findRunningUp, startControl } from '../local/control.ts';
import { follow } from '../local/follow.ts';
import { takeStateFolder } from '../local/state-folder.ts';
import { startUp } from '../local/up.ts';
import { LocalWorld } from '../local/world.ts';
import { loadManifests, printFaults, type Manifests } from '../manifests.ts';
import { readiness, resourceTable, type Viewed } from '../status-view.ts';
import { ownPackage } from '../version.ts';

export interface UpCommand {
  readonly file: string;
  readonly state: string;
  readonly hubPort: number;
  readonly publicUrl?: string;
  readonly databaseUrl?: string;
  readonly allowPlainHttp?: boolean;
  readonly logLevel: string;
}

/** `supercargo up -f DIR`: until Ctrl-C. Faulty manifests are named and left out; the others run. */
export async function runUp(command: UpCommand, out: NodeJS.WriteStream, signal: AbortSignal): Promise<void> {
  // Whatever is written below, by this process or one that it starts, is for this user alone.
  process.umask(0o077);
  const say = (line: string) => out.write(withoutControls(line, true) + '\n');
  for (const line of await takeStateFolder(command.state)) say(line);
  const running = await findRunningUp(command.state);
  if (running)
    throw new Error(`another "up" (process ${running.pid}) runs on ${command.state}: stop it, or give another --state`);
  const world = new LocalWorld(join(command.state, 'resources.json'), () => new Date());
  await world.restore();
  world.apply(await load(command.file, say));
  if (world.list('Connection').length + world.list('ClusterConnection').length === 0)
    throw new Error(`${command.file} declares no connection that can run: add a Connection (see examples/)`);
  const log = createLogger('up', command.logLevel);
  const restored = new AbortController();
  const up = await startUp({
    onRestored: () => restored.abort(),
    world,
    stateDir: command.state,
    databaseUrl: command.databaseUrl,
    hubPort: command.hubPort,
    publicUrl: command.publicUrl,
    allowPlainHttp: command.allowPlainHttp,
    version: ownPackage().version,
    log,
    signal,
    onEvent: say,
  }).catch((error: unknown) => {
    throw listenFault(error, '--hub-port');
  });
  const where = { stateDir: command.state, hubUrl: up.hubUrl, keys: up.keys };
  const control = await startControl({ world, ...where }).catch(async (error: unknown) => {
    await up.stop();
    throw error;
  });
  say(`hub: ${up.hubUrl}  (documentation: ${up.hubUrl}/docs)`);
  for (const store of up.keys.keys())
    say(`developer API key of Store ${store}: in ${join(command.state, 'keys', store.replace('/', '.'))}`);
  const stopShowing = out.isTTY ? showTable(world, out) : showLines(world, say);
  const reload = async () => {
    world.apply(await load(command.file, say));
    await up.refresh();
  };
  const following = await follow(command.file, () =>
    reload().catch((error: unknown) => log.error({ err: error }, 'the manifests could not be read again')),
  );
  const ending = AbortSignal.any([signal, restored.signal]);
  if (!ending.aborted) await once(ending, 'abort');
  following.close();
  stopShowing();
  say('stopping: runs end at their next whole page');
  await control.close();
  await up.stop();
  if (restored.signal.aborted)
    throw new Error('the database was restored from a backup, and this "up" knew another one: start it again');
}

async function load(file: string, say: (line: string) => void): Promise<Manifests> {
  const manifests = await loadManifests(file);
  printFaults(manifests.faults, (line) => say(`left out: ${line}`));
  for (const warning of manifests.warnings) say(`warning: ${warning}`);
  return manifests;
}

/** In a terminal: the table, drawn anew in place once a second. */
function showTable(world: LocalWorld, out: NodeJS.WriteStream): () => void {
  let lines = 0;
  const draw = () => {
    const now = new Date();
    const text = ['Connection', 'ClusterConnection', 'Feed']
      .flatMap((kind) => {
        const resources = world.list(kind) as readonly Viewed[];
        return resources.length > 0 ? [resourceTable(kind, resources, now), ''] : [];
      })
      .join('\n');
    out.write((lines > 0 ? `\x1b[${lines}A\x1b[J` : '') + withoutControls(text, true) + '\n');
    lines = text.split('\n').length;
  };
  const timer = setInterval(draw, 1000);
  draw();
  return () => clearInterval(timer);
}

/** In a pipe: a line for what holds at first, and for each change of state. */
export function showLines(world: Pick<LocalWorld, 'list' | 'subscribe'>, say: (line: string) => void): () => void {
  const shown = new Map<string, string>();
  const look = (changed?: Viewed) => {
    for (const resource of changed ? [changed] : (world.list() as readonly Viewed[])) {
      const ready = readiness(resource);
      if (!ready) continue;
      const id = `${resource.kind}/${resource.metadata.name}`;
      const line =
        `${id}: ${ready.status === 'True' ? 'ready' : 'not ready'} (${ready.reason}) ${ready.status === 'True' ? '' : ready.message}`.trimEnd();
      const place = `${id}/${resource.metadata.namespace ?? ''}`;
      if (shown.get(place) !== line) say(line);
      shown.set(place, line);
    }
  };
  // What was decided before anybody looked: a Secret that is missing changes no more.
  look();
  return world.subscribe((changed) => look(changed));
}
