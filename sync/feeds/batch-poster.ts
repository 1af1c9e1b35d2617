import { encodeBatch, type BatchProblem, type Checkpoint } from '../../model/batch.ts';
import { BatchEncoder, type OrderDecision } from '../../model/encode.ts';
import { LONGEST_KEY, overlongKey } from '../../model/key-texts.ts';
import { NoNumber } from '../../model/no-number.ts';
import type { CanonicalRecord, OrderRecord } from '../../model/records.ts';
import { redacted } from '../redact.ts';
import { HubRefusal, type HubClient } from '../hub-client.ts';
import { pageDigest, type PagesOfRun } from './known-pages.ts';
import { faultOf, keyOf, mended, subjectOf } from './bad-record.ts';

/** As the hub takes them; what a shop sends has no such bounds. */
const LONGEST_RECORD = LONGEST_KEY;
const LONGEST_MESSAGE = 1024;
const TOO_LARGE = 413;

/**
 * Sends pages to the hub as numbered batches. A page that the database refuses, or that has a number which is none, is
 * halved down to the record at fault.
 */
export class BatchPoster {
  changed = 0;
  problems = 0;
  /** Of them, those that keep a record out; what is only told does not make a run Partial. */
  quarantined = 0;
  /** Records in pages that the hub has, so that they were not sent. */
  known = 0;
  /** Records that the hub did not take, by their id. */
  readonly refused = new Set<string>();
  #sequence = 0;
  readonly #encoder = new BatchEncoder();
  readonly #hub: HubClient;
  readonly #runId: string;
  readonly #decideOrder: (order: OrderRecord) => OrderDecision;
  readonly #pages: PagesOfRun | undefined;

  /** `pages`: what it has is not sent. */
  constructor(hub: HubClient, runId: string, decideOrder: (order: OrderRecord) => OrderDecision, pages?: PagesOfRun) {
    this.#hub = hub;
    this.#runId = runId;
    this.#decideOrder = decideOrder;
    this.#pages = pages;
  }

  /** Nothing has reached the hub in this run. */
  get silent(): boolean {
    return this.#sequence === 0;
  }

  /** The checkpoint travels with the last part: no part is passed over. A page with nothing to say is not sent. */
  async post(
    records: readonly CanonicalRecord[],
    problems: readonly BatchProblem[],
    checkpoint?: Checkpoint,
  ): Promise<void> {
    const { taken, overlong } = this.#apart(lastOfEach(records));
    const told = overlong.length > 0 ? [...problems, ...overlong] : problems;
    if (taken.length === 0 && told.length === 0 && !checkpoint) return;
    this.problems += told.length;
    this.quarantined += told.filter(({ severity }) => severity !== 'Info').length;
    try {
      await this.#send(taken, told, checkpoint);
    } catch (error) {
      if (!isOfARecord(error) || taken.length === 0) throw error;
      const tooLarge = error instanceof HubRefusal && error.status === TOO_LARGE;
      await this.#halve(taken, told, checkpoint, tooLarge ? 'it is too large' : error.message);
    }
  }

  /** Records with a key that no table could hold are set aside before they travel. */
  #apart(records: readonly CanonicalRecord[]): {
    taken: readonly CanonicalRecord[];
    overlong: readonly BatchProblem[];
  } {
    const overlong = new Map<CanonicalRecord, BatchProblem>();
    for (const record of records) {
      const fault = overlongKey(record);
      if (fault === undefined) continue;
      overlong.set(record, this.#poisoned(record, fault));
      this.refused.add(subjectOf(record).record);
    }
    if (overlong.size === 0) return { taken: records, overlong: [] };
    return { taken: records.filter((record) => !overlong.has(record)), overlong: [...overlong.values()] };
  }

  /** Orders that were asked for by id and are not there. */
  async gone(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#send([], [], undefined, ids);
  }

  async #halve(
    records: readonly CanonicalRecord[],
    problems: readonly BatchProblem[],
    checkpoint: Checkpoint | undefined,
    refusal: string,
  ): Promise<void> {
    const [only] = records;
    if (records.length === 1 && only) {
      const better = mended(only);
      if (better) return this.#resend(better, problems, checkpoint);
      this.problems += 1;
      this.quarantined += 1;
      this.refused.add(subjectOf(only).record);
      return this.#send([], [...problems, this.#poisoned(only, faultOf(only) ?? refusal)], checkpoint);
    }
    const middle = records.length >> 1;
    await this.post(records.slice(0, middle), []);
    await this.post(records.slice(middle), [], undefined);
    if (problems.length > 0 || checkpoint) await this.#send([], problems, checkpoint);
  }

  /** `post` has counted the problems. */
  async #resend(
    record: CanonicalRecord,
    problems: readonly BatchProblem[],
    checkpoint: Checkpoint | undefined,
  ): Promise<void> {
    await this.post([record], []);
    if (problems.length > 0 || checkpoint) await this.#send([], problems, checkpoint);
  }

  #poisoned(record: CanonicalRecord, fault: string): BatchProblem {
    const subject = subjectOf(record);
    return {
      severity: 'Error',
      reason: 'PoisonedRecord',
      ...subject,
      message: `${record.kind} ${(subject.number ?? subject.record).slice(0, LONGEST_RECORD)} cannot be taken: ${fault}. Mend it at the shop, it is then taken by itself`,
      payload: redacted(record),
      ...(record.kind === 'order' ? { order: this.unreadableOrder(record.id, record.number) } : {}),
    };
  }

  /**
   * Under what an order is kept of which nothing but the number can be used, or not even that: then under its id. Ids
   * that no table can hold are left out.
   */
  unreadableOrder(id: string, known: string | undefined): BatchProblem['order'] {
    const number = known ?? id;
    if (
      id === '' ||
      number === '' ||
      storable(id, LONGEST_RECORD) !== id ||
      storable(number, LONGEST_RECORD) !== number
    )
      return undefined;
    if (known === undefined) return { id, number };
    const { custRef } = this.#decideOrder({ ...NOTHING_KNOWN, id, number });
    return { id, number, reference: custRef };
  }

  async #send(
    records: readonly CanonicalRecord[],
    problems: readonly BatchProblem[],
    checkpoint?: Checkpoint,
    gone?: readonly string[],
  ): Promise<void> {
    this.#encoder.clear();
    for (const record of records) this.#encoder.add(record, this.#decideOrder);
    const segments = this.#encoder.segments();
    const plain = this.#pages && problems.length === 0 && checkpoint === undefined && gone === undefined;
    const page = plain ? pageDigest(segments) : undefined;
    if (page !== undefined && this.#pages?.has(page)) {
      this.known += records.length;
      return;
    }
    const bytes = encodeBatch(
      { sequence: ++this.#sequence, read: records.length, checkpoint, problems: problems.map(bounded), gone },
      segments,
    );
    const answer = await this.#hub.batch(this.#runId, bytes).catch((error: unknown) => {
      // A refused batch was rolled back whole: its number is free again.
      if (error instanceof HubRefusal) this.#sequence--;
      throw error;
    });
    this.changed += answer.changed;
    if (page !== undefined) this.#pages?.sent(page);
  }
}

/** Some record of a page is at fault; which one is found by halves. */
function isOfARecord(error: unknown): error is HubRefusal | NoNumber {
  if (error instanceof NoNumber) return true;
  return error instanceof HubRefusal && (error.reason === 'BadRow' || error.status === TOO_LARGE);
}

function bounded(problem: BatchProblem): BatchProblem {
  return {
    ...problem,
    record: storable(problem.record, LONGEST_RECORD),
    ...(problem.number === undefined ? {} : { number: storable(problem.number, LONGEST_RECORD) }),
    message: storable(problem.message, LONGEST_MESSAGE),
  };
}

/** PostgreSQL holds neither NUL nor half a surrogate pair; a cut may leave one. */
function storable(text: string, longest: number): string {
  return text.slice(0, longest).replaceAll('\0', '').toWellFormed();
}

const NOTHING_KNOWN: Omit<OrderRecord, 'id' | 'number'> = {
  kind: 'order',
  updatedAt: '1970-01-01T00:00:00Z',
  state: 'Open',
  paymentState: 'Unpaid',
  fulfilmentState: 'Unfulfilled',
  platformState: '',
  currency: 'XXX',
  itemsTotal: 0,
  shippingTotal: 0,
  taxTotal: 0,
  discountTotal: 0,
  grandTotal: 0,
  shippingAddress: {},
  billingAddress: {},
  lines: [],
};

/** Rows can move between pages and come twice; in one merge each key may stand once. */
function lastOfEach(records: readonly CanonicalRecord[]): readonly CanonicalRecord[] {
  const byKey = new Map<string, CanonicalRecord>();
  for (const record of records) byKey.set(keyOf(record), record);
  return byKey.size === records.length ? records : [...byKey.values()];
}
