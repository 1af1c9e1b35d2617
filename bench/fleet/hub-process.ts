/**
 * A hub as a process of its own, for connections 0 to n-1: what hub/main.ts starts, with static tokens in place of
 * TokenReview. It counts the statements that it sends, and answers with the count when it is asked.
 */
import { createHash, randomUUID } from 'node:crypto';
import { staticTokens, type Identity } from '../../hub/auth/identity.ts';
import { startHub } from '../../hub/hub.ts';
import type { Database } from '../../hub/storage/database.ts';
import { openPostgres } from '../../hub/storage/postgres.ts';
import { systemClock } from '../../kit/clock.ts';
import { createLogger } from '../../kit/log.ts';
import { OWN_MACHINE } from '../../kit/net/addresses.ts';
import { given, keyOf, tokenOf } from './names.ts';

export interface HubPart {
  readonly connections: number;
  readonly database: string;
  readonly port: number;
}

/** By the text of the statement, so that what costs is seen. */
const counted = new Map<string, number>();
const count = (sql: string) => {
  const key = sql.replace(/\s+/g, ' ').slice(0, 90);
  counted.set(key, (counted.get(key) ?? 0) + 1);
};

/** BEGIN and COMMIT are statements, too. */
function counting(db: Database): Database {
  return {
    ...db,
    query: (sql, params, name) => {
      count(sql);
      return db.query(sql, params, name);
    },
    transaction: (work, settings) => {
      count('BEGIN');
      return db
        .transaction(
          (tx) =>
            work({
              ...tx,
              query: (sql, params, name) => {
                count(sql);
                return tx.query(sql, params, name);
              },
            }),
          settings,
        )
        .finally(() => count('COMMIT or ROLLBACK'));
    },
  };
}

const { connections, database, port } = given<HubPart>();
const numbers = Array.from({ length: connections }, (_, index) => index);
const hub = await startHub({
  db: counting(openPostgres({ url: database })),
  clock: systemClock,
  log: createLogger('hub', process.env['BENCH_LOG'] ?? 'error'),
  newId: randomUUID,
  authenticator: staticTokens(
    new Map(numbers.map((index): [string, Identity] => [tokenOf(index), { role: 'sync', connection: keyOf(index) }])),
  ),
  host: '127.0.0.1',
  port,
  version: 'bench',
  webhookReach: OWN_MACHINE,
  publicUrl: 'local',
  // All of them come from one address here; on a cluster each pod has its own.
  limits: { key: { perSecond: 1e6, burst: 1e6 }, address: { perSecond: 1e6, burst: 1e6 } },
});
for (const index of numbers) {
  const { namespace } = keyOf(index);
  const keyHash = createHash('sha256').update(tokenOf(index)).digest('hex');
  await hub.putStore({ namespace, name: 'main', uid: `store-${index}`, spec: {}, keyHash });
}
process.on('message', (asked) => {
  if (asked === 'stop') void hub.stop().then(() => process.exit(0));
  else process.send!({ statements: [...counted].sort((a, b) => b[1] - a[1]) });
});
process.on('disconnect', () => process.exit(0));
process.send!({ url: hub.url });
