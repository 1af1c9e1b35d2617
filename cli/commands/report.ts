import type { Clock } from '../../kit/clock.ts';
import { UsageError } from '../exit-code.ts';
import { reportEvents } from '../report/events.ts';
import { reportHub } from '../report/hub.ts';
import { indexPage } from '../report/index-page.ts';
import { reportPods } from '../report/pods.ts';
import { reportResources } from '../report/resources.ts';
import { isRefusal, Sink, type Writer } from '../report/sink.ts';
import { inWords, subjectOf, type Subject } from '../report/subject.ts';
import { versionsOf } from '../report/versions.ts';
import type { Scope } from '../scope.ts';
import type { Target } from '../target.ts';
import { secondsOf } from './logs.ts';

export interface ReportOptions extends Scope {
  /** Of a connection; the installation if absent. */
  readonly name?: string;
  /** A file that ends in .tar.gz or .tgz, or a folder; a file named by the time if absent. */
  readonly output?: string;
  readonly since?: string;
  readonly tail: number;
  readonly systemNamespace?: string;
  /** Whether SUPERCARGO_API_KEY is set. */
  readonly keyGiven: boolean;
}

export interface ReportDoors {
  readonly clock: Clock;
  /** Of this program and what runs it. */
  readonly own: { readonly cli: string; readonly node: string };
  readonly open: (path: string, at: Date) => Promise<Writer>;
  readonly tell: (line: string) => void;
}

/** `supercargo report`: what a support engineer asks for, redacted, in one file. Gives its path. */
export async function makeReport(target: Target, options: ReportOptions, doors: ReportDoors): Promise<string> {
  const { tail, since } = options;
  if (!Number.isInteger(tail) || tail < 1) throw new UsageError('--tail is a number of lines, 1 or more');
  const lines = { sinceSeconds: since === undefined ? undefined : secondsOf(since), tailLines: tail };
  const at = doors.clock.now();
  const path = options.output ?? `supercargo-report-${at.toISOString().replace(/[-:]|\.\d+/g, '')}.tar.gz`;
  const kubernetes = await versionOf(target);
  const subject = await subjectOf(target, options.name, options);
  const writer = await doors.open(path, at);
  const sink = new Sink(writer);
  try {
    if (!kubernetes && target.cluster) sink.miss('version of Kubernetes', 'the right to get /version is missing');
    await gather(target, subject, { ...options, lines, own: { ...doors.own, kubernetes } }, sink, doors.tell);
    const { kept, gaps } = sink;
    const page = indexPage({ subject: inWords(subject), at, from: target.description, kept, gaps });
    await sink.add(['index.txt'], 'this page', { lines: page.split('\n') });
    await writer.finish();
    doors.tell(
      `${inWords(subject)}: ${kept.length} files${gaps.length === 0 ? '' : `, ${gaps.length} thing${gaps.length === 1 ? '' : 's'} could not be had`}. index.txt says what is in it${gaps.length === 0 ? '' : ', and what is missing and why'}: read it before you send it`,
    );
    return path;
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** The first question: who is not answered at all gets an error, and no empty report. */
async function versionOf({ cluster }: Target): Promise<string | undefined> {
  try {
    return await cluster?.version();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

interface Asked extends ReportOptions {
  readonly lines: Parameters<typeof reportPods>[2]['lines'];
  readonly own: Parameters<typeof versionsOf>[0];
}

async function gather(target: Target, subject: Subject, asked: Asked, sink: Sink, tell: (line: string) => void) {
  const { cluster } = target;
  tell(`reading resources of ${inWords(subject)}`);
  const resources = await reportResources(target, subject, sink);
  if (!cluster) sink.miss('pods, logs, Events and metrics', 'a running "up" has none: its log is on its own terminal');
  if (cluster) tell('reading pods and their logs');
  const pods = cluster
    ? await reportPods(cluster, subject, { systemNamespace: asked.systemNamespace, lines: asked.lines }, sink)
    : [];
  if (cluster) await reportEvents(cluster, subject, resources, pods, sink);
  await reportHub(target, subject, resources, asked.keyGiven, sink);
  await sink.add(['versions.json'], 'releases of the command line, of each part, of Kubernetes', {
    json: versionsOf(asked.own, pods),
  });
}
