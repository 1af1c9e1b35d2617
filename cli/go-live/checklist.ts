import { idOf } from '../scope.ts';
import type { Viewed } from '../status-view.ts';
import { ACCEPTABLE, type Acceptable, type Check } from './check.ts';
import { keptBackChecks, type Seen } from './kept-back.ts';
import { ownChecks, written } from './own-checks.ts';
import { specWriter } from './spec-writer.ts';

/** What was gathered before anything is changed. */
export interface Facts {
  readonly connection: Viewed;
  readonly feeds: readonly Viewed[];
  readonly seen: Seen;
  readonly now: Date;
}

/** All that is looked at. Pure. */
export function checklist({ connection, feeds, seen, now }: Facts): Check[] {
  return [
    ...ownChecks(connection, feeds, now),
    ...keptBackChecks(seen, diffCommand(connection)),
    ...gitChecks(connection),
  ];
}

/** It takes the name alone, and finds a connection of either kind. */
const diffCommand = ({ metadata, spec }: Viewed): string =>
  `supercargo diff ${metadata.name} -n ${metadata.namespace ?? String(spec['namespace'])}`;

/** A change by hand lasts only where nobody writes the field again. */
function gitChecks(connection: Viewed): Check[] {
  const writer = specWriter(connection);
  if (!writer) return [];
  const what = 'written by';
  const { name, byItself, writesMode } = writer;
  const id = `${connection.kind} ${idOf(connection)}`;
  if (writesMode && byItself)
    return [
      {
        ...{ what, verdict: 'stop', accept: 'git' },
        found: `${name}, spec.mode too: it would put it back to ${String(connection.spec['mode'])}`,
        next: `write "mode: Production" under spec of ${id} in Git, let it sync, and watch it come: supercargo go-live ${written(connection)} --wait`,
      },
    ];
  const lasts = writesMode
    ? 'the next time puts it back'
    : 'it says nothing of spec.mode and leaves it as it is; made anew it would be in Test mode';
  return [{ what, verdict: 'look', found: `${name}: ${lasts}, so write "mode: Production" there, too` }];
}

/** What still stands against it. */
export function stopsOf(checks: readonly Check[], accepted: ReadonlySet<Acceptable>): Check[] {
  return checks.filter(({ verdict, accept }) => verdict === 'stop' && !(accept && accepted.has(accept)));
}

/** The list, for people. Pure. */
export function checklistLines(checks: readonly Check[], accepted: ReadonlySet<Acceptable>): string[] {
  const width = Math.max(...checks.map(({ what }) => what.length));
  return checks.map(({ what, verdict, accept, found }) => {
    const word = verdict === 'stop' ? (accept && accepted.has(accept) ? 'taken' : 'STOP') : verdict;
    return `  ${word.padEnd(5)}  ${what.padEnd(width)}  ${found.replaceAll(/\s+/g, ' ')}`;
  });
}

/** Why it stays in Test mode, the one thing to do, and what may be accepted instead. Pure. */
export function refusalLines(stops: readonly Check[]): string[] {
  const [first] = stops;
  const keys = [...new Set(stops.flatMap(({ accept }) => accept ?? []))];
  const many = stops.length === 1 ? 'one thing is' : `${stops.length} things are`;
  const head = `it stays in Test mode: ${many} in the way. Do this${stops.length === 1 ? '' : ' first'}: ${first!.next}`;
  if (stops.some(({ accept }) => accept === undefined)) return [head];
  return [
    head,
    `or go live all the same with --accept ${keys.join(',')}: ${keys.map((key) => ACCEPTABLE[key]).join('; ')}`,
  ];
}
