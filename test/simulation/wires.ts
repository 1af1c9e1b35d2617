import { bodyText } from '../../drivers/contract/index.ts';
import { decodeBatch } from '../../model/batch.ts';
import { SYNC_API } from '../../model/sync-api.ts';
import type { Random } from '../../simulator/random.ts';
import type { SimulatedShop } from '../../simulator/simulated-shop.ts';
import type { ShopTransport } from '../../sync/http/transport.ts';
import type { HubSend } from '../../sync/hub-client.ts';
import type { Effects, Mode } from './effects.ts';
import type { HubWorld } from './hub-world.ts';
import type { Pods } from './pods.ts';
import type { Process } from './process.ts';

export const HUB = 'http://hub.example';
const SHOP = 'https://shop.example';
/** A call takes so long: time moves even where nobody waits. */
export const CALL_MS = 20;

/** A call that broke on the way, as sockets say it. */
export class Broken extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export interface WireEnds {
  readonly hub: HubWorld;
  readonly store: SimulatedShop;
  readonly effects: Effects;
  readonly pods: Pods;
  readonly random: Random;
}

/** What a pod is connected by to hub and store: here each call is numbered, and breaks. */
export class Wires {
  /** Sum of `read` of the batches that reached the hub, each sequence number once, by run. */
  readonly batches = new Map<string, Map<number, number>>();
  /** What must not be, seen where it cannot be thrown: the engine would take it for a broken call. */
  readonly seen: string[] = [];
  /** Runs that were over when the pod that had been stopped went on. */
  readonly #over = new Set<string>();
  readonly #ends: WireEnds;
  /** Something happens in the shop between requests, this often. */
  life = 0;

  constructor(ends: WireEnds) {
    this.#ends = ends;
  }

  /** Address of the shop's API. */
  get storeUrl(): string {
    return SHOP + this.#ends.store.wire.basePath;
  }

  /** Nothing more may be taken of these runs, whoever says it. */
  areOver(runs: readonly string[]): void {
    for (const id of runs) this.#over.add(id);
  }

  toHub(process: Process): HubSend {
    const { effects, pods } = this.#ends;
    return async ({ method, url, headers, body }) => {
      await process.turn();
      if (process.dead) return process.die();
      const path = url.slice(HUB.length);
      const mode = effects.next('hub', `${method} ${path.slice(SYNC_API.length).replace(/\?.*|id-\d+/g, '')}`);
      await this.#before(process, mode);
      const run = runOf(path, body);
      const over = run !== undefined && this.#over.has(run);
      const answer = await this.#atHub(mode, { method, url: path, headers: { ...headers }, payload: body });
      if (over && answer.statusCode < 300) this.seen.push(`${method} ${path} was taken of run ${run}, which was over`);
      if (answer.statusCode < 300) this.#noteRead(path, run, body);
      if (mode === 'die-after' || mode === 'all-die' || process.dead) return process.die();
      if (mode === 'answer-lost' || (mode === 'rolled-back' && answer.statusCode < 500)) throw new Broken('ECONNRESET');
      if (mode === 'stop-after' || mode === 'overlap-after') await pods.stop(process, mode);
      await process.awake();
      return { status: answer.statusCode, text: answer.payload };
    };
  }

  /** What becomes of the process before the call is made. */
  async #before(process: Process, mode: Mode | undefined): Promise<void> {
    if (mode === 'die-before') await process.die();
    if (mode === 'lost') throw new Broken('ECONNREFUSED');
    if (mode === 'stop-before' || mode === 'overlap-before') await this.#ends.pods.stop(process, mode);
  }

  async #atHub(
    mode: Mode | undefined,
    request: { method: 'GET' | 'POST'; url: string; headers: Record<string, string>; payload?: string | Buffer },
  ) {
    const { hub } = this.#ends;
    hub.clock.advance(CALL_MS);
    hub.failCommit = mode === 'rolled-back' || mode === 'all-die';
    try {
      return await hub.app.inject(request);
    } finally {
      hub.failCommit = false;
    }
  }

  /** What the hub had already is told at the end, as it was read and not sent. */
  #noteRead(path: string, run: string | undefined, body: string | Buffer | undefined): void {
    const note = (sequence: number, read: number) =>
      this.batches.set(run!, (this.batches.get(run!) ?? new Map<number, number>()).set(sequence, read));
    if (path.endsWith('/batches')) {
      const { sequence, read } = decodeBatch(body as Buffer).header;
      note(sequence, read);
    }
    if (!path.endsWith('/finish')) return;
    const { counts } = JSON.parse(body as string) as { counts?: { read: number } };
    if (counts) note(0, counts.read);
  }

  toStore(process: Process): ShopTransport {
    const { hub, store, effects, pods, random } = this.#ends;
    return {
      send: async ({ method, url, headers, body, signal, beforeSend }) => {
        await process.turn();
        if (process.dead) return process.die();
        signal?.throwIfAborted();
        const files = store.wire.filesAt;
        const base = files !== undefined && url.startsWith(files) ? files : this.storeUrl;
        const path = url.slice(base.length);
        const mode = effects.next('store', `${method} ${path.replace(/\?.*/, '')}`, beforeSend !== undefined);
        await this.#before(process, mode);
        beforeSend?.();
        if (random.chance(this.life)) store.live();
        const answer = store.handle({
          method,
          path,
          headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
          body: bodyText(body),
        });
        hub.clock.advance(CALL_MS + answer.delayMs);
        if (mode === 'die-after' || process.dead) return process.die();
        if (mode === 'stop-after' || mode === 'overlap-after') await pods.stop(process, mode);
        await process.awake();
        if (mode === 'answer-lost' || answer.broken) throw new Broken('ECONNRESET');
        return { status: answer.status, headers: answer.headers, body: answer.body };
      },
      close: async () => undefined,
    };
  }
}

/** Which run a call to the hub belongs to. */
function runOf(path: string, body: string | Buffer | undefined): string | undefined {
  const [, run] = /\/runs\/([^/]+)\//.exec(path) ?? [];
  if (run !== undefined || !path.includes('/outbox/')) return run;
  return (JSON.parse(String(body)) as { runId?: string }).runId;
}
