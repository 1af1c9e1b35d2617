import { z } from 'zod';
import { reportView, type Report } from '../model/rest/go-live.ts';
import { hubApi, queryOf } from './hub-api.ts';
import type { StoreOptions, Target } from './target.ts';

/** What would happen if connections of a Store went live now: of all, or of one by namespace/name. */
export async function goLiveReports(target: Target, store: StoreOptions, connection?: string): Promise<Report[]> {
  const hub = await hubApi(target, store);
  const { items } = await hub.get(z.object({ items: z.array(reportView) }), `/go-live${queryOf({ connection })}`);
  return items;
}
