import type { HubContext } from '../base/context.ts';
import { webhookMasterKey } from '../base/secrets.ts';
import { Nudge } from '../../kit/nudge.ts';
import { claimDue } from './claim.ts';
import { claimClock, deliver } from './deliver.ts';
import type { Claimed } from './outcome.ts';
import { Senders } from './senders.ts';

/** The longest a delivery queued by another replica waits. */
const IDLE_MS = 500;

export interface DeliveryWorker {
  /** Something was queued in this process: look now. */
  readonly wake: () => void;
  stop(): Promise<void>;
}

/** Delivers until stopped; a delivery under way is finished. No delivery waits for the end of another's. */
export function startDeliveryWorker(context: Omit<HubContext, 'wakeDeliveries'>): DeliveryWorker {
  const stopping = new AbortController();
  const nudge = new Nudge();
  const wake = () => nudge.wake();
  const hub: HubContext = { ...context, wakeDeliveries: wake };
  const senders = new Senders(hub.clock, wake);

  async function loop(): Promise<void> {
    const master = await webhookMasterKey(hub.db);
    while (!stopping.signal.aborted) {
      const woken = nudge.next();
      if ((await claimAndSend(master)) === 0) await hub.clock.sleep(IDLE_MS, AbortSignal.any([woken, stopping.signal]));
    }
    await senders.done();
  }

  async function claimAndSend(master: Buffer): Promise<number> {
    const limits = senders.limits();
    if (limits.most === 0) return 0;
    const mayHaveExpired = claimClock(hub);
    const claimed = await claimDue(hub.db, limits).catch((error: unknown): Claimed[] => {
      hub.log.warn({ err: error }, 'deliveries could not be read; trying again');
      return [];
    });
    for (const delivery of claimed)
      senders.send({ storeId: delivery.store_id, endpoint: delivery.endpoint }, () =>
        deliver(hub, master, { ...delivery, mayHaveExpired }, stopping.signal).catch((error: unknown) =>
          hub.log.warn({ err: error }, 'what became of a delivery could not be recorded; it is sent again'),
        ),
      );
    return claimed.length;
  }

  const done = loop();
  return {
    wake,
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
