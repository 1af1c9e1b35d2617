import { KINDS, type KindDefinition } from '../../crds/index.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import { keptResource, knownSettings } from './kept-fields.ts';
import type { Sink } from './sink.ts';
import { belongs, feedKey, withoutOthers, type Subject } from './subject.ts';

/** All resources of our kinds that belong to the subject, as they were read; written down as far as they are kept. */
export async function reportResources(target: Target, subject: Subject, sink: Sink): Promise<readonly Viewed[]> {
  const read: Viewed[] = [];
  for (const kind of KINDS) read.push(...(await listed(target, kind, subject, sink)));
  const feeds = new Set(
    read.filter((one) => one.kind === 'Feed' && belongs(subject, one, new Set())).map((feed) => feedKey(feed)),
  );
  const own = read.filter((one) => belongs(subject, one, feeds)).map((one) => withoutOthers(subject, one));
  const drivers = new Map(
    read.filter(({ kind }) => kind === 'Driver').map((one) => [one.metadata.name, knownSettings(one)]),
  );
  for (const { kind, plural } of KINDS) {
    const byNamespace = Map.groupBy(
      own.filter((one) => one.kind === kind),
      ({ metadata }) => metadata.namespace,
    );
    for (const [namespace, resources] of byNamespace)
      await sink.add(
        [...folderOf(namespace), `${plural}.json`],
        `${resources.length} of kind ${kind}, spec and status`,
        { json: resources.map((one) => keptResource(one, (driver) => drivers.get(driver))) },
      );
  }
  return own;
}

/** Who may not list all namespaces is shown their own. */
async function listed(target: Target, { kind, plural, scope }: KindDefinition, subject: Subject, sink: Sink) {
  const namespace = scope === 'Namespaced' ? subject.namespace : undefined;
  const where = scope === 'Namespaced' ? placeOf(namespace) : 'in the cluster';
  const found = await sink.attempt(`${plural} ${where}`, `list ${plural}.supercargo.dev ${where}`, () =>
    target.list(kind, namespace, undefined),
  );
  if (found || scope !== 'Namespaced' || namespace !== undefined || target.home === undefined) return found ?? [];
  return target.list(kind, target.home, undefined).catch(() => []);
}

/** "in namespace acme", "in all namespaces". */
export const placeOf = (namespace: string | undefined): string =>
  namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;

/** Where what is of a namespace, or of none, is put. */
export const folderOf = (namespace: string | undefined): readonly string[] =>
  namespace === undefined ? ['cluster'] : ['namespaces', namespace];
