import type { FeedType } from '../../model/feeds.ts';
import type { CheckReport } from '../contract/index.ts';
import { child } from '../toolkit/bodies/xml.ts';
import { accepted, notAccepted } from '../toolkit/check-report.ts';
import { missing } from './answers.ts';
import type { PrestaClient } from './client.ts';
import { field } from './fields.ts';
import { RIGHTS, type Right } from './rights.ts';
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
    if (lacking.length > 0) throw missing([...new Map(lacking.map((right) => [right.join(), right])).values()]);
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
