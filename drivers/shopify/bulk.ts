import { z } from 'zod';
import { DriverError, type ReadRequest, type ShopResponse } from '../contract/index.ts';
import { jsonLines } from '../toolkit/bodies/lines.ts';
import { unexpected } from '../toolkit/bodies/text.ts';
import { placeFrom } from '../toolkit/lists/few-records.ts';
import { groups, type Group } from './bulk-groups.ts';
import type { ShopifyClient } from './client.ts';
import { BULK_RUN, BULK_STATE } from './documents.ts';
import { quote, retry, terminal, waiting } from './errors.ts';
import type { Row, RowsPage } from './pages.ts';

/** A list that is asked for as a whole and comes as a file. */
export interface BulkList {
  readonly document: string;
  /** For messages: "products". */
  readonly what: string;
  /** What the app must be allowed. */
  readonly scopes: string;
  /** An object of the file as the list in pages gives it. */
  readonly row: (group: Group) => Row;
}

export interface BulkPage extends RowsPage {
  readonly againMs?: number;
}

/** Which operation, and how far its file is read. */
const place = z.strictObject({
  /** Absent: one has to be started. */
  bulk: z.string().min(1).nullable(),
  line: z.int().min(0),
  /** Objects in these lines. */
  rows: z.int().min(0),
  /** Times that there was nothing to read: no two places are the same. */
  asked: z.int().min(0),
  /** Operations in a row that came to nothing. */
  failed: z.int().min(0),
});
export type BulkPlace = z.infer<typeof place>;
const START: BulkPlace = { bulk: null, line: 0, rows: 0, asked: 0, failed: 0 };
/** Then people hear of it, and it begins again. */
const MOST_FAILED = 3;
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 60_000;
/** Of a signed address that is no longer good, or a file that is gone. */
const GONE: ReadonlySet<number> = new Set([400, 401, 403, 404, 410]);

const started = z.object({
  bulkOperationRunQuery: z
    .object({
      bulkOperation: z.looseObject({ id: z.string() }).nullish(),
      userErrors: z.array(z.looseObject({ message: z.string(), code: z.string().nullish() })),
    })
    .nullish(),
});
const operation = z.looseObject({
  status: z.string(),
  errorCode: z.string().nullish(),
  rootObjectCount: z.coerce.number(),
  url: z.string().nullish(),
});
type Operation = z.infer<typeof operation>;
const state = z.object({ bulkOperation: operation.nullish() });

/** Where a reading of a file goes on; undefined: the place is none of a file. */
export const bulkPlaceOf = (resume: string | undefined): BulkPlace | undefined => placeFrom(resume, place);

/**
 * The rows of a list by a bulk operation of Shopify: started in one run, looked after in the next ones, its file read
 * in the last. One that ended without a file, or is kept no longer, is started anew; of others nothing is touched.
 */
export async function* bulkRows(
  client: ShopifyClient,
  list: BulkList,
  request: ReadRequest,
  at: BulkPlace = START,
): AsyncGenerator<BulkPage> {
  const { signal } = request;
  if (at.bulk === null) {
    yield await start(client, list, at, signal);
    return;
  }
  const { bulkOperation } = await client.query(
    { document: BULK_STATE, answer: state, cost: 1 },
    { id: at.bulk },
    signal,
  );
  if (bulkOperation && UNDER_WAY.has(bulkOperation.status)) {
    yield later(at);
    return;
  }
  const file = await fileOf(client, bulkOperation, signal);
  if (typeof file === 'string') yield* anew(client, list, at, bulkOperation, file, signal);
  else yield* pagesOf(file, list, at, bulkOperation!, request.pageSize);
}

/** What is asked for of the shop is done by it at once: this changes nothing there. */
async function start(
  client: ShopifyClient,
  { document, what }: BulkList,
  at: BulkPlace,
  signal: AbortSignal,
): Promise<BulkPage> {
  const answer = await client.query({ document: BULK_RUN, answer: started, cost: 10 }, { query: document }, signal);
  const { bulkOperation, userErrors = [] } = answer.bulkOperationRunQuery ?? {};
  if (bulkOperation) return later({ ...at, bulk: bulkOperation.id, line: 0, rows: 0 });
  const [error] = userErrors;
  // Those of other connections, or of something else that uses the app: they are waited for.
  if (error?.code === 'OPERATION_IN_PROGRESS' || error?.code === 'LIMIT_REACHED') return later(at);
  throw terminal(
    'UnsupportedSchema',
    `Shopify does not take the question for all ${what}: ${quote(error?.message ?? 'it does not say why')}`,
  );
}

/** Nothing is there yet: soon at first, then once a minute. */
function later(at: BulkPlace): BulkPage {
  const againMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(at.asked, 4));
  return { rows: [], resume: JSON.stringify({ ...at, asked: at.asked + 1 }), end: false, againMs };
}

const UNDER_WAY: ReadonlySet<string> = new Set(['CREATED', 'RUNNING', 'CANCELING']);

/** The file that an operation made; `empty`: it found nothing; else why there is none, for people. */
async function fileOf(
  client: ShopifyClient,
  made: Operation | null | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | string> {
  if (!made) return 'Shopify does not know it any more';
  const { status, errorCode, url } = made;
  if (status === 'FAILED') return `it failed (${quote(errorCode ?? 'Shopify does not say why')})`;
  if (status === 'CANCELED') return 'it was cancelled';
  if (status === 'EXPIRED') return 'its file is kept no longer';
  if (status !== 'COMPLETED') return `its state is ${quote(status)}`;
  if (url == null) return made.rootObjectCount === 0 ? nothing() : 'it has no file';
  const response = await client.file(url, signal);
  if (GONE.has(response.status)) return 'its file is kept no longer';
  demandFile(response);
  return response.bytes();
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function demandFile({ status, headers }: ShopResponse): void {
  if (status === 429)
    throw waiting('RateLimited', "Shopify's storage asks to wait", 1000 * Number(headers['retry-after'] ?? 30));
  if (status !== 200)
    throw retry('StoreUnavailable', `Shopify's storage cannot give the file at the moment (HTTP ${status})`);
}

/** The same place would be asked for in every run from now on. */
async function* anew(
  client: ShopifyClient,
  list: BulkList,
  at: BulkPlace,
  made: Operation | null | undefined,
  why: string,
  signal: AbortSignal,
): AsyncGenerator<BulkPage> {
  if (made?.errorCode === 'ACCESS_DENIED')
    yield* restart(
      at,
      terminal(
        'PermissionMissing',
        `the app may not read all ${list.what}: add ${list.scopes} to its scopes in the Dev Dashboard, release a version, and install it again`,
      ),
    );
  const next = { ...at, bulk: null, failed: at.failed + 1 };
  if (next.failed >= MOST_FAILED)
    yield* restart(
      at,
      retry(
        'BulkOperationFailed',
        `${next.failed} bulk operations for all ${list.what} came to nothing, of the last: ${why}. It is asked for again by itself`,
      ),
    );
  yield await start(client, list, next, signal);
}

/** The hub has the new place before people hear of the error. */
async function* restart({ asked }: BulkPlace, error: DriverError): AsyncGenerator<BulkPage, never> {
  yield { rows: [], resume: JSON.stringify({ ...START, asked: asked + 1 }), end: false };
  throw error;
}

async function* pagesOf(
  bytes: AsyncIterable<Uint8Array>,
  list: BulkList,
  from: BulkPlace,
  { rootObjectCount }: Operation,
  pageSize: number,
): AsyncGenerator<BulkPage> {
  let at = from;
  try {
    for await (const { rows, next } of parts(bytes, list, from, pageSize)) {
      if (rows.length === pageSize) yield { rows, resume: JSON.stringify(next), end: false };
      else if (next.rows < rootObjectCount)
        throw unexpected(`a bulk operation found ${rootObjectCount} objects, and ${next.rows} are in its file`);
      else yield { rows, resume: JSON.stringify({ ...next, asked: next.asked + 1 }), end: true };
      at = next;
    }
  } catch (error) {
    if (!(error instanceof DriverError) || error.details.reason !== 'UnexpectedPayload') throw error;
    const failed = at.failed + 1;
    // A file that was cut off on its way is fetched again; one that stays so is made anew.
    if (failed >= MOST_FAILED) yield* restart(at, error);
    yield { rows: [], resume: JSON.stringify({ ...at, failed, asked: at.asked + 1 }), end: false };
    throw error;
  }
}

/** Full pages, and one at the end that is not full. */
async function* parts(
  bytes: AsyncIterable<Uint8Array>,
  { row }: BulkList,
  from: BulkPlace,
  pageSize: number,
): AsyncGenerator<{ readonly rows: readonly Row[]; readonly next: BulkPlace }> {
  let next = from;
  let rows: Row[] = [];
  for await (const { group, lines } of groups(jsonLines(bytes), from.line)) {
    rows.push(row(group));
    next = { ...next, line: lines, rows: next.rows + 1, failed: 0 };
    if (rows.length < pageSize) continue;
    yield { rows, next };
    rows = [];
  }
  yield { rows, next };
}
