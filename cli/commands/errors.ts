import { z } from 'zod';
import { groupView, payloadView, problemView, type ProblemView } from '../../model/rest/problems.ts';
import { NotFound } from '../exit-code.ts';
import { hubApi, queryOf, type HubApi } from '../hub-api.ts';
import { age, formatTable } from '../table.ts';
import type { StoreOptions, Target } from '../target.ts';

const MOST = 5000;

export interface ErrorsOptions extends StoreOptions {
  readonly reason?: string;
  /** A record, by number or id, whose payload is shown. */
  readonly payload?: string;
  readonly output?: string;
}

/** `supercargo errors`: open problems by reason, the records of one reason, or what the shop gave of one record. */
export async function showErrors(
  target: Target,
  options: ErrorsOptions,
  now: Date,
  say: (line: string) => void,
): Promise<boolean> {
  const hub = await hubApi(target, options);
  const json = options.output === 'json';
  if (options.payload !== undefined) return showPayloads(hub, options.payload, options.reason, json, say);
  if (options.reason !== undefined) {
    const problems = await hub.list(problemView, `/problems${queryOf({ reason: options.reason })}`, MOST);
    if (json) say(JSON.stringify(problems, null, 2));
    else if (problems.length === 0) say(`no open problem has the reason ${options.reason}`);
    else say(recordTable(problems, now));
    return true;
  }
  const { items } = await hub.get(z.object({ items: z.array(groupView) }), '/problems?group=reason');
  if (json) say(JSON.stringify(items, null, 2));
  else if (items.length === 0) say('no open problems');
  else
    say(
      formatTable(
        ['REASON', 'SEVERITY', 'COUNT', 'NEWEST', 'REMEDY'],
        items.map((row) => [row.reason, row.severity, String(row.count), age(row.newest, now), row.remedy]),
      ),
    );
  return true;
}

function recordTable(problems: readonly ProblemView[], now: Date): string {
  return formatTable(
    ['CONNECTION', 'FEED', 'RECORD', 'SEEN', 'COUNT', 'PAYLOAD', 'MESSAGE'],
    problems.map((row) => [
      row.connection ?? '(the Store)',
      row.feed ?? '',
      row.number ?? row.record,
      age(row.lastSeenAt, now),
      String(row.count),
      row.payload ? 'yes' : '',
      row.message,
    ]),
  );
}

async function showPayloads(
  hub: HubApi,
  record: string,
  reason: string | undefined,
  json: boolean,
  say: (line: string) => void,
): Promise<boolean> {
  const problems = await hub.list(problemView, `/problems${queryOf({ reason, record })}`, MOST);
  if (problems.length === 0)
    throw new NotFound(
      `no open problem is about "${record}": see "supercargo errors --reason REASON" for the records there are`,
    );
  const found: (ProblemView & { at: string; content: string })[] = [];
  for (const row of problems.filter(({ payload }) => payload)) {
    const { payload, at } = await hub.get(
      payloadView,
      `/problems/payload${queryOf({ connection: row.connection ?? undefined, feed: row.feed ?? undefined, record: row.record, reason: row.reason })}`,
    );
    found.push({ ...row, at, content: payload });
  }
  if (found.length === 0)
    throw new NotFound(`nothing was kept of "${record}": not every problem has a payload, and one is kept for 30 days`);
  if (json)
    say(
      JSON.stringify(
        found.map(({ connection, feed, record: id, number, reason: why, at, content }) => ({
          connection,
          feed,
          record: id,
          number,
          reason: why,
          at,
          payload: content,
        })),
        null,
        2,
      ),
    );
  else for (const row of found) say(`${row.connection} ${row.feed} ${row.reason} (${row.at}):\n${row.content}`);
  return true;
}
