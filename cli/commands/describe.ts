import { LABELS } from '../../crds/index.ts';
import { findCondition, type Condition } from '../../kit/conditions.ts';
import type { EndedContainer, PodView } from '../../kit/kube/builtin.ts';
import { seenAt, type EventView } from '../cluster-doors.ts';
import { chooseConnections, type KindChoice } from '../connection-choice.ts';
import { feedsOf, ifAllowed, podsOf } from '../connection-parts.ts';
import type { ShownRun } from '../run-words.ts';
import { idOf } from '../scope.ts';
import { readiness, type Viewed } from '../status-view.ts';
import { age, formatTable } from '../table.ts';
import type { Target } from '../target.ts';

/** What is known of one connection. Undefined: it may not be read by whoever asks, or there is no cluster. */
export interface Described {
  readonly connection: Viewed;
  readonly feeds: readonly Viewed[];
  readonly pods: readonly PodView[] | undefined;
  readonly events: readonly EventView[] | undefined;
}

interface ShownProblem {
  readonly severity: string;
  readonly reason: string;
  readonly record: string;
  readonly number?: string;
  readonly message: string;
  readonly at: string;
}

const MOST = 10;

/** `supercargo describe`: all that is known of connections on one page, in the order in which a person asks for it. */
export async function describeConnections(target: Target, choice: KindChoice, now: Date): Promise<string> {
  const chosen = await chooseConnections(target, choice);
  const pages: string[] = [];
  for (const connection of chosen) pages.push(page(await gather(target, connection), now));
  return pages.join('\n\n');
}

async function gather(target: Target, connection: Viewed): Promise<Described> {
  const { cluster } = target;
  const feeds = await feedsOf(target, connection);
  if (!cluster) return { connection, feeds, pods: undefined, events: undefined };
  const pods = await ifAllowed(podsOf(cluster, connection));
  // Those about a ClusterConnection are in another namespace than those about its feeds, with rights of its own.
  const about = await Promise.all(
    [connection, ...feeds].map(({ kind, metadata: { namespace, name, uid } }) =>
      ifAllowed(cluster.events({ kind, namespace, name, uid })),
    ),
  );
  const events = about.filter((some) => some !== undefined);
  const newest = events.flat().toSorted((a, b) => Date.parse(seenAt(b)) - Date.parse(seenAt(a)));
  return { connection, feeds, pods, events: events.length === 0 ? undefined : newest.slice(0, MOST) };
}

/** Pure. */
export function page({ connection, feeds, pods, events }: Described, now: Date): string {
  const parts: (string | undefined)[] = [
    head(connection, now),
    section('Conditions', ['TYPE', 'STATUS', 'REASON', 'SINCE', 'MESSAGE'], conditionRows(connection, now)),
    section(
      'Feeds',
      ['NAME', 'TYPE', 'READY', 'LAST RESULT', 'ENDED', 'READ', 'CHANGED', 'NEXT', 'MESSAGE'],
      feeds.map((feed) => feedRow(feed, now)),
    ),
    section(
      `Problems (the newest; all: supercargo errors)`,
      ['SEEN', 'SEVERITY', 'FEED', 'RECORD', 'REASON', 'MESSAGE'],
      problemRows(feeds, now),
    ),
    pods &&
      section(
        'Pods',
        ['NAME', 'PHASE', 'READY', 'RESTARTS', 'AGE', 'MESSAGE'],
        pods.map((pod) => podRow(pod, now)),
      ),
    events &&
      section(
        'Events',
        ['SEEN', 'TYPE', 'ABOUT', 'REASON', 'MESSAGE'],
        events.map((event) => eventRow(event, now)),
      ),
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

/** A connection has many feeds, and most of their Events say the same. */
function eventRow(event: EventView, now: Date): string[] {
  const { kind = '', name = '' } = event.involvedObject ?? {};
  return [
    age(seenAt(event), now),
    event.type ?? '',
    `${kind} ${name}`.trim(),
    event.reason ?? '',
    oneLine(event.message),
  ];
}

function head({ kind, metadata, spec, status }: Viewed, now: Date): string {
  const ready = readiness({ kind, metadata, spec, status });
  const word = (key: string, otherwise = '') => (typeof spec[key] === 'string' ? spec[key] : otherwise);
  const rows = [
    [kind, idOf({ metadata })],
    ['Driver', word('driver')],
    ['Mode', `${word('mode', 'Test')}${spec['enabled'] === false ? ', switched off' : ''}`],
    ...installationRow({ metadata, status }),
    ['State', typeof status?.['state'] === 'string' ? status['state'] : 'unknown'],
    ['Ready', ready ? `${ready.status}, ${ready.reason}, since ${age(ready.lastTransitionTime, now)}` : 'unknown'],
    ...(ready?.message ? [['', oneLine(ready.message)]] : []),
    ...clockRow(status?.['clockSkewSeconds']),
    ...(metadata.deletionTimestamp ? [['Deleted', `asked for ${age(metadata.deletionTimestamp, now)} ago`]] : []),
  ];
  return rows.map(([name, value]) => `${`${name}${name ? ':' : ''}`.padEnd(12)} ${value}`).join('\n');
}

/** Said only where the two are apart by more than the way of an answer explains. */
function clockRow(skewSeconds: unknown): string[][] {
  if (typeof skewSeconds !== 'number') return [];
  return [['Clock', `the shop's is ${Math.abs(skewSeconds)} s ${skewSeconds < 0 ? 'behind' : 'ahead of'} ours`]];
}

/** Whose it is, and who was named in place of that and has not taken it yet. */
function installationRow({ metadata, status }: Pick<Viewed, 'metadata' | 'status'>): string[][] {
  const claimed = status?.['installation'];
  const stated = metadata.labels?.[LABELS.installation] || claimed;
  if (typeof stated !== 'string') return [];
  return [['Belongs to', `${stated}${stated === claimed ? '' : ', which has not taken it yet'}`]];
}

function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${title}:\n${rows.length === 0 ? '  none' : formatTable(header, rows).replaceAll(/^/gm, '  ')}`;
}

function conditionRows({ status }: Viewed, now: Date): string[][] {
  return (status?.conditions ?? []).map((condition: Condition) => [
    condition.type,
    condition.status,
    condition.reason,
    age(condition.lastTransitionTime, now),
    oneLine(condition.message),
  ]);
}

function feedRow(feed: Viewed, now: Date): string[] {
  const { spec, metadata, status } = feed;
  const run = status?.['lastRun'] as ShownRun | undefined;
  const ready = findCondition(status?.conditions, 'Ready');
  const next = status?.['nextRunAt'];
  return [
    metadata.name,
    String(spec['type']),
    ready ? `${ready.status} (${ready.reason})` : 'Unknown',
    run?.result ?? 'never ran',
    run?.finishedAt === undefined ? '' : `${age(run.finishedAt, now)} ago`,
    run ? String(run.read) : '',
    run ? String(run.changed) : '',
    spec['suspend'] === true ? 'suspended' : typeof next === 'string' ? until(next, now) : '',
    ready?.status === 'True' ? '' : oneLine(ready?.message),
  ];
}

function problemRows(feeds: readonly Viewed[], now: Date): string[][] {
  return feeds
    .flatMap(({ metadata, status }) =>
      ((status?.['recentProblems'] ?? []) as readonly ShownProblem[]).map((problem) => ({
        feed: metadata.name,
        problem,
      })),
    )
    .toSorted((a, b) => Date.parse(b.problem.at) - Date.parse(a.problem.at))
    .slice(0, MOST)
    .map(({ feed, problem: { at, severity, number, record, reason, message } }) => [
      age(at, now),
      severity,
      feed,
      number ?? record,
      reason,
      oneLine(message),
    ]);
}

function podRow({ metadata, status }: PodView, now: Date): string[] {
  const [container] = status?.containerStatuses ?? [];
  const restarts = container?.restartCount ?? 0;
  return [
    metadata.name,
    status?.phase ?? 'Unknown',
    container?.ready ? 'yes' : 'no',
    String(restarts),
    age(metadata.creationTimestamp, now),
    container?.ready && restarts === 0 ? '' : podTrouble(status),
  ];
}

/** Why it does not start, or why its container ended. */
function podTrouble(status: PodView['status']): string {
  const { state, lastState } = status?.containerStatuses?.[0] ?? {};
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  const all = [
    inWords(state?.waiting?.reason, state?.waiting?.message),
    endedWords(state?.terminated ?? lastState?.terminated),
    oneLine(unscheduled?.message),
    inWords(status?.reason, status?.message),
  ];
  return all.filter(Boolean).join('; ');
}

const endedWords = (ended: EndedContainer | undefined): string =>
  ended ? `ended before: ${ended.reason ?? 'exit'}, code ${ended.exitCode ?? 'unknown'}` : '';

const inWords = (reason: string | undefined, message: string | undefined): string =>
  [reason, oneLine(message)].filter(Boolean).join(': ');

/** "in 5m": when it comes. */
const until = (time: string, now: Date): string =>
  Date.parse(time) <= now.getTime() ? 'now' : `in ${age(now.toISOString(), new Date(time))}`;

const oneLine = (text = ''): string => text.replaceAll(/\s+/g, ' ').trim();
