import type { HubContext } from '../base/context.ts';
import { deliverDue } from './deliver.ts';
import { webhookMasterKey } from '../base/secrets.ts';

const BATCH = 20;
/** The longest a delivery queued by another replica waits. */
const IDLE_MS = 500;

export interface DeliveryWorker {
  /** Something was queued in this process: look now. */
  readonly wake: () => void;
  stop(): Promise<void>;
}

/** Delivers until stopped; a delivery under way is finished. */
export function startDeliveryWorker(context: Omit<HubContext, 'wakeDeliveries'>): DeliveryWorker {
  const stopping = new AbortController();
  let nudge = new AbortController();
  const wake = () => nudge.abort();
  const hub: HubContext = { ...context, wakeDeliveries: wake };

  async function loop(): Promise<void> {
    const master = await webhookMasterKey(hub.db);
    while (!stopping.signal.aborted) {
      nudge = new AbortController();
      const sent = await deliverDue(hub, master, BATCH, stopping.signal).catch((error: unknown) => {
        hub.log.warn({ err: error }, 'deliveries could not be read or recorded; trying again');
        return 0;
      });
      if (sent === 0) await hub.clock.sleep(IDLE_MS, AbortSignal.any([nudge.signal, stopping.signal]));
    }
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
