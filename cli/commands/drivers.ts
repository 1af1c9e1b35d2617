import type { DriverDefinition } from '../../drivers/contract/index.ts';
import { driverResource } from '../../drivers/driver-resource.ts';
import { builtinDrivers } from '../../drivers/registry.ts';
import { formatTable } from '../table.ts';
import { schemaRows } from './schema-rows.ts';

/** `supercargo drivers [NAME]`: what this release can connect to, and what each driver cannot do. */
export function showDrivers(name: string | undefined, say: (line: string) => void): void {
  const all = builtinDrivers();
  if (name === undefined) {
    const rows = [...all.values()].map(({ manifest }) => [
      manifest.name,
      manifest.title,
      manifest.platformKind,
      String(manifest.feeds.length),
      String(Object.keys(manifest.skips ?? {}).length),
      manifest.documentation,
    ]);
    return say(formatTable(['NAME', 'TITLE', 'PLATFORM', 'FEEDS', 'SKIPS', 'DOCUMENTATION'], rows));
  }
  const definition = all.get(name);
  if (!definition) throw new Error(`there is no driver ${name}: choose from ${[...all.keys()].join(', ')}`);
  for (const line of linesOf(definition)) say(line);
}

const SETS = {
  onHand: 'sets what is on hand; the store takes off open orders itself',
  available: 'sets what can be sold: open orders are taken off before',
};

/** All that people may want to know of a driver before they use it. Pure. */
export function linesOf(definition: DriverDefinition): string[] {
  const { manifest } = definition;
  const { hosts, terms, credentialSchema, settingsSchema } = driverResource(definition).spec;
  const list = (title: string, items: readonly string[], none: string): string[] => [
    `${title}:${items.length === 0 ? ` ${none}` : ''}`,
    ...items.map((item) => `  ${item}`),
  ];
  const feeds = manifest.feeds.map(({ type, via, cursor, stock }) => [
    `  ${type}`,
    via
      ? `comes with ${via}`
      : cursor?.kind === 'changes'
        ? `changes by ${cursor.field ?? 'time'}`
        : cursor?.kind === 'queue'
          ? 'what its queue hands out'
          : cursor
            ? 'all each time'
            : 'writes',
    [
      ...(cursor?.undetectedChanges && !via ? [`does not see: ${cursor.undetectedChanges.join('; ')}`] : []),
      ...(stock ? [SETS[stock]] : []),
    ].join(),
  ]);
  return [
    `${manifest.title} (${manifest.name}, ${manifest.platformKind})`,
    `documentation: ${manifest.documentation}`,
    `hosts: ${(hosts ?? []).join(', ')}`,
    `terms: ${terms ? `${terms.version}, ${terms.url}` : 'none'}`,
    'keys of the Secret:',
    ...formatTable(['  KEY', 'IF ABSENT', 'MEANS'], schemaRows(credentialSchema)).split('\n'),
    'settings:',
    ...formatTable(['  SETTING', 'IF ABSENT', 'MEANS'], schemaRows(settingsSchema)).split('\n'),
    'feeds:',
    ...formatTable(['  FEED', 'READS', ''], feeds).split('\n'),
    ...list('limits', manifest.limits, 'none'),
    ...list(
      'skips of the conformance suite',
      Object.entries(manifest.skips ?? {}).map(([id, reason]) => `${id}: ${reason}`),
      'none',
    ),
  ];
}
