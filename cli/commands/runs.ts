import { NotFound } from '../exit-code.ts';
import { chooseConnection } from '../connection-choice.ts';
import { feedsOf } from '../connection-parts.ts';
import type { ShownRun } from '../run-words.ts';
import { idOf, type Scope } from '../scope.ts';
import { age, formatTable } from '../table.ts';
import type { Target } from '../target.ts';

interface Row extends ShownRun {
  readonly feed: string;
  readonly startedAt: string;
  readonly problems?: number;
}

/**
 * `supercargo runs`: the newest runs of a connection's feeds, or of one of them, as their status keeps them: five each.
 * The hub has more of them (`GET /api/v1/runs`).
 */
export async function showRuns(
  target: Target,
  { connection, feed, ...choice }: Scope & { readonly connection: string; readonly feed?: string },
  now: Date,
): Promise<string> {
  const found = await chooseConnection(target, choice, connection);
  const all = await feedsOf(target, found);
  // A feed is known by its name, and by its type, of which a connection has one.
  const feeds = all.filter(({ metadata, spec }) => feed === undefined || [metadata.name, spec['type']].includes(feed));
  if (feed !== undefined && feeds.length === 0)
    throw new NotFound(
      `${found.kind} ${idOf(found)} has no Feed "${feed}": it has ${all.map(({ metadata }) => metadata.name).join(', ') || 'none'}`,
    );
  const rows = feeds.flatMap(({ metadata, status }) => {
    const recent = (status?.['recentRuns'] ?? (status?.['lastRun'] ? [status['lastRun']] : [])) as readonly Row[];
    return recent.map((run) => ({ ...run, feed: metadata.name }));
  });
  if (rows.length === 0) return 'none of its feeds has run yet';
  const newest = rows.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  return formatTable(
    ['FEED', 'STARTED', 'TOOK', 'BY', 'RESULT', 'READ', 'CHANGED', 'PROBLEMS', 'MESSAGE'],
    newest.map((run) => [
      run.feed,
      `${age(run.startedAt, now)} ago`,
      run.finishedAt === undefined ? 'runs' : age(run.startedAt, new Date(run.finishedAt)),
      run.trigger ?? '',
      run.result,
      String(run.read),
      String(run.changed),
      String(run.problems ?? 0),
      (run.message ?? '').replaceAll(/\s+/g, ' '),
    ]),
  );
}
