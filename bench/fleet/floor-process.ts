/**
 * What a quiet connection cannot cost less than: each shop's page of changed orders, once a minute, spread over it; and
 * with a database, one transaction for each that does nothing.
 */
import { request } from 'undici';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { API_KEY, given } from './names.ts';

export interface FloorPart {
  readonly shops: readonly string[];
  readonly database?: string;
}

const { shops, database } = given<FloorPart>();
const db = database === undefined ? undefined : openPostgres({ url: database });
const MINUTE_MS = 60_000;
let fetched = 0;

async function poll(url: string): Promise<void> {
  const answer = await request(`${url}/orders?updated_since=${encodeURIComponent(new Date().toISOString())}`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  JSON.parse(await answer.body.text());
  await db?.transaction((tx) => tx.query('SELECT 1'));
  fetched++;
}

shops.forEach((url, index) => {
  const begin = () => {
    void poll(url);
    setInterval(() => void poll(url), MINUTE_MS);
  };
  setTimeout(begin, (index * MINUTE_MS) / shops.length);
});
process.on('message', () => process.send!({ fetched }));
process.on('disconnect', () => process.exit(0));
process.send!({ started: true });
