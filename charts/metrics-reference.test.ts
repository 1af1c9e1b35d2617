import { expect, it } from '@jest/globals';
import { metricDefinitions } from './metrics-reference.ts';

it('a metric that two parts serve is of one type and has the same labels, but those of all that a sync pod says', () => {
  const served = new Map<string, Set<string>>();
  for (const [part, definitions] of Object.entries(metricDefinitions())) {
    const ofAll = part === 'sync' ? ['namespace', 'connection'] : [];
    for (const { name, type, labels } of definitions) {
      const own = labels.filter((label) => !ofAll.includes(label)).sort();
      served.set(name, (served.get(name) ?? new Set()).add(`${type} of ${own.join(', ')}`));
    }
  }
  expect(served.size).toBeGreaterThan(60);
  expect([...served].filter(([, kinds]) => kinds.size > 1).map(([name, kinds]) => [name, ...kinds])).toEqual([]);
});
