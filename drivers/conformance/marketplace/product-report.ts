import { z } from 'zod';
import { retry, type ImportFeed, type Page, type ReadRequest } from '../../contract/index.ts';
import { parsed, refusal } from '../../generic/client.ts';
import { MAPPINGS, mapItems } from '../../generic/map.ts';
import { reads } from '../../generic/reading.ts';
import type { MarketplaceClient } from './client.ts';

const ASK_AGAIN_MS = 2000;

const ordered = z.object({ report: z.string().min(1) });
const state = z.object({ state: z.enum(['working', 'failed', 'expired']) });
/** Which report, and how many of its lines are read. */
const place = z.object({ report: z.string().min(1), line: z.int().min(0), asked: z.int().min(0) });
type Place = z.infer<typeof place>;

const byId = reads({ path: '/products', mapping: MAPPINGS.product });

/** The catalogue as a document that is made first; named products are asked for as anywhere. */
export const readReport: ImportFeed<MarketplaceClient>['read'] = (client, request) =>
  request.ids ? byId(client, request) : readDocument(client, request);

async function* readDocument(client: MarketplaceClient, request: ReadRequest): AsyncGenerator<Page> {
  const known = decode(request.resume);
  let at = known ?? (await order(client, request.signal));
  let lines = await fetchLines(client, at, request.signal);
  if (lines === 'gone') {
    // The same place would be asked for in every run from now on.
    if (!known) throw retry('StoreError', 'the shop could not make the report of all products: the run comes again');
    at = await order(client, request.signal);
    lines = 'working';
  }
  if (lines === 'working') {
    const asked = { ...at, asked: at.asked + 1 };
    yield { records: [], resume: JSON.stringify(asked), end: false, againMs: ASK_AGAIN_MS };
    return;
  }
  let { line } = at;
  do {
    const part = lines.slice(line, line + request.pageSize);
    line += part.length;
    const resume = JSON.stringify({ ...at, line });
    yield { ...mapItems(MAPPINGS.product, part.map(jsonOf)), resume, end: line >= lines.length, total: lines.length };
  } while (line < lines.length);
}

async function order(client: MarketplaceClient, signal: AbortSignal): Promise<Place> {
  const path = '/product-reports';
  const response = await client.order(path, signal);
  return { report: parsed(ordered, await response.json(), path).report, line: 0, asked: 0 };
}

/** Its lines once it is made; `gone` is one that failed, too. */
async function fetchLines(
  client: MarketplaceClient,
  { report }: Place,
  signal: AbortSignal,
): Promise<readonly string[] | 'working' | 'gone'> {
  const path = `/product-reports/${encodeURIComponent(report)}`;
  const response = await client.raw('GET', path, undefined, signal);
  if (response.headers['content-type'] === 'application/jsonl')
    return (await response.text()).split('\n').filter((line) => line !== '');
  const refused = response.status === 404 ? undefined : await refusal(response, path);
  if (refused) throw refused;
  if (response.status === 404) return 'gone';
  return parsed(state, await response.json(), path).state === 'working' ? 'working' : 'gone';
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw retry('UnexpectedPayload', 'a line of the report of all products is not JSON: the run comes again');
  }
}

function decode(token: string | undefined): Place | undefined {
  try {
    return place.safeParse(JSON.parse(token ?? 'null')).data;
  } catch {
    // Of another release: a new report is always safe.
    return undefined;
  }
}
