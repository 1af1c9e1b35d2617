import { encodeBatch, type BatchProblem, type Checkpoint } from '../../model/batch.ts';
import { BatchEncoder, type OrderDecision } from '../../model/encode.ts';
import type { CanonicalRecord, OrderRecord } from '../../model/records.ts';
import { stockSubject } from '../../model/subjects.ts';
import { redacted } from '../redact.ts';
import { HubRefusal, type HubClient } from '../hub-client.ts';

/** Sends pages to the hub as numbered batches. A page that the database refuses is halved down to the record at fault. */
export class BatchPoster {
  changed = 0;
  problems = 0;
  /** Of them, those that keep a record out; what is only told does not make a run Partial. */
  setAside = 0;
  #sequence = 0;
  readonly #encoder = new BatchEncoder();
  readonly #hub: HubClient;
  readonly #runId: string;
  readonly #decideOrder: (order: OrderRecord) => OrderDecision;

  constructor(hub: HubClient, runId: string, decideOrder: (order: OrderRecord) => OrderDecision) {
    this.#hub = hub;
    this.#runId = runId;
    this.#decideOrder = decideOrder;
  }

  /** The checkpoint travels with the last part: no part is passed over. A page with nothing to say is not sent. */
  async post(records: readonly CanonicalRecord[], problems: readonly BatchProblem[], checkpoint?: Checkpoint): Promise<void> {
    const distinct = lastOfEach(records);
    if (distinct.length === 0 && problems.length === 0 && !checkpoint) return;
    this.problems += problems.length;
    this.setAside += problems.filter(({ severity }) => severity !== 'Info').length;
    try {
      await this.#send(distinct, problems, checkpoint);
    } catch (error) {
      if (!(error instanceof HubRefusal) || error.reason !== 'BadRow' || distinct.length === 0) throw error;
      await this.#halve(distinct, problems, checkpoint, error.message);
    }
  }

  async #halve(records: readonly CanonicalRecord[], problems: readonly BatchProblem[], checkpoint: Checkpoint | undefined, refusal: string): Promise<void> {
    const [only] = records;
    if (records.length === 1 && only) {
      const poisoned: BatchProblem = { severity: 'Error', reason: 'PoisonedRecord', ...subjectOf(only), message: `the record cannot be stored (${refusal}): mend it at the store, it is taken by itself then`, payload: redacted(only) };
      this.problems += 1;
      this.setAside += 1;
      return this.#send([], [...problems, poisoned], checkpoint);
    }
    const middle = records.length >> 1;
    await this.post(records.slice(0, middle), []);
    await this.post(records.slice(middle), [], undefined);
    if (problems.length > 0 || checkpoint) await this.#send([], problems, checkpoint);
  }

  async #send(records: readonly CanonicalRecord[], problems: readonly BatchProblem[], checkpoint?: Checkpoint): Promise<void> {
    this.#encoder.clear();
    for (const record of records) this.#encoder.add(record, this.#decideOrder);
    const bytes = encodeBatch({ sequence: ++this.#sequence, read: records.length, checkpoint, problems }, this.#encoder.segments());
    const answer = await this.#hub.batch(this.#runId, bytes).catch((error: unknown) => {
      // A refused batch was rolled back whole: its number is free again.
      if (error instanceof HubRefusal) this.#sequence--;
      throw error;
    });
    this.changed += answer.changed;
  }
}

/** Rows can move between pages and come twice; in one merge each key may stand once. */
function lastOfEach(records: readonly CanonicalRecord[]): readonly CanonicalRecord[] {
  const byKey = new Map<string, CanonicalRecord>();
  for (const record of records) byKey.set(recordKey(record), record);
  return byKey.size === records.length ? records : [...byKey.values()];
}

function recordKey(record: CanonicalRecord): string {
  if (record.kind === 'stock') return `${record.variantId}@${record.locationId}`;
  if (record.kind === 'productSupplier') return `${record.variantId}@${record.supplierId}`;
  return `${record.kind === 'order' || record.kind === 'product' ? '' : record.kind + ':'}${record.id}`;
}

/** What a problem calls the record. */
function subjectOf(record: CanonicalRecord): Pick<BatchProblem, 'record' | 'number'> {
  if (record.kind === 'stock') return { record: stockSubject(record.sku, record.locationId) };
  return { record: recordKey(record), ...(record.kind === 'order' ? { number: record.number } : {}) };
}
