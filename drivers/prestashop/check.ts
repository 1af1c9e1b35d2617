import type { FeedType } from '../../model/feeds.ts';
import { DriverError, type CheckReport } from '../contract/index.ts';
import { child } from '../toolkit/bodies/xml.ts';
import { accepted, notAccepted } from '../toolkit/check-report.ts';
import { missing } from './answers.ts';
import type { PrestaClient } from './client.ts';
import { field } from './fields.ts';
import { NoSuchResource } from './errors.ts';
import { OPTIONAL, RIGHTS, type Right } from './rights.ts';
import { Schemas } from './schemas.ts';
import { shopFacts } from './shop.ts';

/** Is it PrestaShop, and has the key every right that these feeds need? GET /api says it: nothing is tried out. */
export async function check(
  client: PrestaClient,
  feeds: readonly FeedType[],
  signal: AbortSignal,
): Promise<CheckReport> {
  try {
    const rights = await client.rights(signal);
    const wanted: Right[] = [['configurations', 'GET'], ...feeds.flatMap((feed) => RIGHTS[feed] ?? [])];
    const lacking = wanted.filter(([name, method]) => child(rights, name)?.attributes[method.toLowerCase()] !== 'true');
    const absent = await absentOf(client, lacking, signal);
    const toTick = lacking.filter(([name]) => !absent.has(name));
    if (toTick.length > 0) throw missing([...new Map(toTick.map((right) => [right.join(), right])).values()]);
    const needed = [...absent].find((name) => !OPTIONAL.has(name));
    if (needed !== undefined) throw new NoSuchResource(needed);
    const facts = await shopFacts(client, signal);
    const { url, shop } = client.context.settings;
    return accepted('key', {
      id: `${url.toLowerCase()}#${shop ?? ''}`,
      name: facts.name || field(rights, 'shopName') || url,
    });
  } catch (error) {
    return notAccepted(error);
  }
}

/** The list of rights is silent about what the key may not do, and about what there is not: the schema tells. */
async function absentOf(
  client: PrestaClient,
  lacking: readonly Right[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const schemas = new Schemas(client, signal);
  const absent = new Set<string>();
  for (const name of new Set(lacking.map(([resource]) => resource))) {
    try {
      if (!(await schemas.of(name))) absent.add(name);
    } catch (error) {
      if (!(error instanceof DriverError) || error.details.reason !== 'PermissionMissing') throw error;
    }
  }
  return absent;
}
