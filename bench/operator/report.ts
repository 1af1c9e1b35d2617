import type { Latencies } from './changes.ts';
import { FEEDS_EACH } from './fleet.ts';
import type { Sample, Start } from './sample.ts';

interface Line {
  readonly what: string;
  readonly unit: string;
  /** Undefined: not measured. */
  readonly read: (sample: Sample) => number | undefined;
  /** Of DESIGN.md, for ten thousand connections. */
  readonly goal?: number;
}

const GOALS_FOR = 10_000;
/** Of the time of a controller of the same shape in Go. */
const RATIO_GOAL = 1.5;
const WORTH = 'restart to settled';

const perConnection =
  (read: (start: Start) => number) =>
  ({ first, connections }: Sample) =>
    first && read(first) / connections;
const latency = (what: string, read: (sample: Sample) => Latencies, goal?: number): Line[] => [
  { what: `${what}, p50`, unit: 'ms', read: (sample) => read(sample).p50 },
  { what: `${what}, p99`, unit: 'ms', read: (sample) => read(sample).p99, ...(goal === undefined ? {} : { goal }) },
];

const LINES: readonly Line[] = [
  { what: 'first start to settled', unit: 's', read: ({ first }) => first?.seconds },
  { what: 'first start, CPU', unit: 's', read: ({ first }) => first?.cpu },
  { what: 'first start, peak memory', unit: 'MiB', read: ({ first }) => first?.peakMiB },
  { what: 'first start, calls per connection', unit: '', read: perConnection(({ calls }) => calls) },
  { what: 'first start, writes per connection', unit: '', read: perConnection(({ writes }) => writes) },
  { what: WORTH, unit: 's', read: ({ restart }) => restart.seconds, goal: 60 },
  { what: 'restart, first lists in', unit: 's', read: ({ restart }) => restart.ready },
  { what: 'restart, CPU', unit: 's', read: ({ restart }) => restart.cpu },
  { what: 'restart, peak memory', unit: 'MiB', read: ({ restart }) => restart.peakMiB, goal: 512 },
  { what: 'restart, calls', unit: '', read: ({ restart }) => restart.calls },
  { what: 'restart, writes (of the lease too)', unit: '', read: ({ restart }) => restart.writes },
  { what: 'quiet, memory', unit: 'MiB', read: ({ quiet }) => quiet.rssMiB, goal: 512 },
  { what: 'quiet, calls a minute', unit: '', read: ({ quiet }) => (quiet.calls * 60) / quiet.seconds },
  { what: 'quiet, CPU a minute', unit: 's', read: ({ quiet }) => (quiet.cpu * 60) / quiet.seconds },
  { what: 'scrape of /metrics', unit: 'ms', read: ({ scrape }) => scrape.ms },
  { what: 'scrape, size', unit: 'KiB', read: ({ scrape }) => scrape.bytes / 1024 },
  { what: 'scrape, series', unit: '', read: ({ scrape }) => scrape.series },
  ...latency('change to Deployment, quiet', ({ changed }) => changed),
  ...latency(
    'change to Deployment, from the first lists of a restart on',
    ({ changedInRestart }) => changedInRestart,
    250,
  ),
  ...latency('change to Deployment, API server killed before', ({ changedInRelist }) => changedInRelist),
  ...latency('change to Deployment, one broken, watches cut each 30 s', ({ changedInCuts }) => changedInCuts),
];

/** Markdown, as it is printed and kept in bench/README.md: a table for each number of connections. */
export function report(samples: readonly Sample[]): string {
  return [...Map.groupBy(samples, ({ connections }) => connections)]
    .map(([connections, group]) => table(connections, group))
    .join('\n\n');
}

function table(connections: number, group: readonly Sample[]): string {
  const own = group.find(({ system }) => system === 'supercargo');
  const peers = group.filter((sample) => sample !== own);
  const heads = [
    `${connections} connections, ${connections * FEEDS_EACH} feeds`,
    ...group.map(({ system }) => system),
    ...(own ? peers.map(({ system }) => `of ${system}`) : []),
    'goal',
  ];
  const rows = LINES.map((line) => {
    const ratios = own ? peers.map((peer) => ratio(line.read(own), line.read(peer))) : [];
    return [
      `${line.what}${line.unit ? `, ${line.unit}` : ''}`,
      ...group.map((sample) => shown(line.read(sample))),
      ...ratios,
      connections >= GOALS_FOR && own ? goal(line, own, peers) : '',
    ];
  });
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(heads), row(heads.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(row)].join('\n');
}

function goal({ goal: most, read, what }: Line, own: Sample, peers: readonly Sample[]): string {
  if (most === undefined) return '';
  const value = read(own) ?? Infinity;
  const slow = what === WORTH && peers.some((peer) => value > RATIO_GOAL * (read(peer) ?? Infinity));
  const wanted = `${most}${what === WORTH ? ` and ${RATIO_GOAL} ×` : ''}`;
  return `${wanted}: ${value <= most && !slow ? 'kept' : '**missed**'}`;
}

function ratio(own: number | undefined, peer: number | undefined): string {
  return own === undefined || !peer ? '' : (own / peer).toFixed(2);
}

function shown(value: number | undefined): string {
  if (value === undefined) return '';
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Math.round(value * 100) / 100);
}
