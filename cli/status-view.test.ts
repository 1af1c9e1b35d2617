import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../crds/index.ts';
import { readiness, resourceTable, type Viewed } from './status-view.ts';

const NOW = new Date('2026-05-02T12:00:00Z');
const condition = (
  type: string,
  status: Condition['status'],
  reason: string,
  lastTransitionTime = '2026-05-02T11:00:00Z',
): Condition => ({ type, status, reason, message: 'm', lastTransitionTime });
const resource = (conditions?: Condition[], more: Partial<Viewed> = {}): Viewed => ({
  kind: 'Feed',
  metadata: { name: 'orders', namespace: 'acme' },
  spec: { connectionRef: { name: 'shop' }, type: 'OrderImport' },
  status: conditions && { conditions },
  ...more,
});

describe('whether a resource is ready', () => {
  it.each<[string, Condition[] | undefined, [string, string] | undefined]>([
    [
      'is what the operator says, whatever else there is',
      [condition('Synced', 'False', 'DnsFailure'), condition('Ready', 'True', 'Ready')],
      ['True', 'Ready'],
    ],
    [
      'is no without an operator where a condition is False',
      [condition('Fresh', 'True', 'Fresh'), condition('Synced', 'False', 'DnsFailure')],
      ['False', 'DnsFailure'],
    ],
    ['is unknown where one is Unknown', [condition('Synced', 'Unknown', 'NotRunYet')], ['Unknown', 'NotRunYet']],
    [
      'is yes where all are True',
      [condition('Synced', 'True', 'Succeeded'), condition('Fresh', 'True', 'Fresh')],
      ['True', 'Ready'],
    ],
    [
      'does not depend on what is held',
      [condition('Held', 'False', 'Released'), condition('Synced', 'True', 'Succeeded')],
      ['True', 'Ready'],
    ],
    ['is not known without conditions', [], undefined],
    ['is not known without a status', undefined, undefined],
  ])('%s', (_what, conditions, expected) => {
    const ready = readiness(resource(conditions));
    expect(ready && [ready.status, ready.reason]).toEqual(expected);
  });

  it('is so since the last of its conditions turned', () => {
    const times = ['2026-05-02T09:00:00Z', '2026-05-02T11:00:00Z', '2026-05-02T10:00:00Z'];
    expect(
      readiness(resource(times.map((at, index) => condition(`C${index}`, 'True', 'Well', at))))?.lastTransitionTime,
    ).toBe(times[1]);
  });
});

describe('a table of resources', () => {
  it("has kubectl's columns", () => {
    const status = {
      conditions: [condition('Synced', 'False', 'DnsFailure')],
      effective: { schedule: '* * * * *' },
      lastRun: { result: 'Failed', read: 0, changed: 3 },
      problems: { error: 2 },
      lastSuccessAt: '2026-05-02T11:50:00Z',
    };
    const [header, row] = resourceTable('Feed', [resource(undefined, { status })], NOW)
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    const cells = Object.fromEntries(header!.map((title, index) => [title, row![index]]));
    expect(cells).toMatchObject({
      NAMESPACE: 'acme',
      NAME: 'orders',
      CONNECTION: 'shop',
      TYPE: 'OrderImport',
      SCHEDULE: '* * * * *',
      'LAST RESULT': 'Failed',
      READ: '0',
      ERRORS: '2',
      'LAST SUCCESS': '10m',
      READY: 'False',
      REASON: 'DnsFailure',
      SINCE: '60m',
    });
    expect(header).not.toContain('CHANGED'); // kubectl shows it with -o wide only
  });

  it('has no namespace for a kind of the cluster', () => {
    const [header, row] = resourceTable(
      'License',
      [{ kind: 'License', metadata: { name: 'main' }, spec: {} }],
      NOW,
    ).split('\n');
    expect(header).toMatch(/^NAME /);
    expect(row).toBe('main');
  });
});
