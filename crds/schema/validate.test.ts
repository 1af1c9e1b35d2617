import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { API_VERSION } from './define.ts';
import { kindByName } from '../kinds/index.ts';
import { withRules } from './rules.ts';
import { validateResource } from './validate.ts';

const validate = (kind: string, spec: unknown, old?: unknown) =>
  validateResource(
    kindByName(kind)!,
    { apiVersion: API_VERSION, kind, metadata: { name: 'x' }, spec },
    old === undefined ? undefined : { spec: old },
  ).map(({ field, message }) => `${field}: ${message}`);

const feed = { connectionRef: { name: 'shop' }, type: 'OrderImport' };
const connection = { storeRef: { name: 'main' }, driver: 'vendure', credentialRef: { name: 'c' } };

describe('the offline validator', () => {
  it.each([
    ['Feed', feed],
    ['Feed', { ...feed, schedule: '*/5 6-22 * * MON-FRI', timeZone: 'Europe/Berlin', freshness: '1h30m' }],
    [
      'Connection',
      {
        ...connection,
        settings: { url: 'https://x', nested: { any: 1 } },
        resources: { limits: { memory: '256Mi', cpu: '100m' } },
      },
    ],
    ['Connection', { ...connection, pod: { nodeSelector: { pool: 'x' }, tolerations: [{ operator: 'Exists' }] } }],
    ['Store', {}],
    ['License', { plan: 'team', seats: 3 }],
    [
      'FeedRun',
      { feedRef: { name: 'orders' }, window: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00+01:00' } },
    ],
  ])('accepts a good %s', (kind, spec) => {
    expect(validate(kind, spec)).toEqual([]);
  });

  it.each([
    ['Connection', 58, []],
    [
      'Connection',
      59,
      ['metadata.name has 59 characters, at most 58 fit into the labels of its pods: choose a shorter name'],
    ],
    ['Store', 240, []],
  ])('takes the name of a %s of %i characters, if that fits into the labels', (kind, length, expected) => {
    const metadata = { name: 'x'.repeat(length) };
    const spec = kind === 'Store' ? {} : connection;
    const found = validateResource(kindByName(kind)!, { apiVersion: API_VERSION, kind, metadata, spec });
    expect(found.map(({ field, message }) => `${field} ${message}`)).toEqual(expected);
  });

  it.each([
    [
      'an unknown field, by name',
      'Feed',
      { ...feed, shedule: '* * * * *' },
      'spec.shedule: unknown field: check the spelling, or remove it (kubectl explain shows the fields)',
    ],
    ...['serviceAccountName', 'volumes', 'hostNetwork', 'securityContext', 'env', 'runtimeClassName'].map(
      (field): [string, string, object, string] => [
        `what gives a pod more than its own (${field})`,
        'Connection',
        { ...connection, pod: { [field]: 'x' } },
        `spec.pod.${field}: unknown field: check the spelling, or remove it (kubectl explain shows the fields)`,
      ],
    ),
    [
      'a priority of the cluster itself',
      'Connection',
      { ...connection, pod: { priorityClassName: 'system-node-critical' } },
      /for the cluster itself/,
    ],
    [
      'a wrong cron, with the value',
      'Feed',
      { ...feed, schedule: 'every day' },
      /spec\.schedule: "every day" is not a cron schedule: use five fields/,
    ],
    ['a cron of six fields', 'Feed', { ...feed, schedule: '0 * * * * *' }, /is not a cron schedule/],
    [
      'a time zone that is none',
      'Feed',
      { ...feed, schedule: '@daily', timeZone: 'Berlin time' },
      /"Berlin time" is not an IANA time zone/,
    ],
    [
      'a time zone without a schedule',
      'Feed',
      { ...feed, timeZone: 'UTC' },
      'spec.timeZone: timeZone needs a schedule: the usual schedules are in UTC',
    ],
    [
      'a feed type that is none',
      'Feed',
      { ...feed, type: 'OrdersImport' },
      /spec\.type: must be one of "DataModelSync"/,
    ],
    ['a duration that is none', 'Feed', { ...feed, freshness: '5 minutes' }, /"5 minutes" is not a duration/],
    [
      'a missing reference',
      'Connection',
      { driver: 'vendure', credentialRef: { name: 'c' } },
      /spec\.storeRef: is required/,
    ],
    [
      'a mode that is none',
      'Connection',
      { ...connection, mode: 'Live' },
      'spec.mode: must be one of "Test", "Production"',
    ],
    [
      'two scopes of one run',
      'FeedRun',
      { feedRef: { name: 'f' }, ids: ['1'], replay: { reason: 'UnknownSku' } },
      /give at most one of window, ids, replay and resetCheckpoint/,
    ],
    [
      'a window that ends before it begins',
      'FeedRun',
      { feedRef: { name: 'f' }, window: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
      'spec.window.to: window.from must be before window.to',
    ],
    ...['2026-13-01T00:00:00Z', '2026-01-32T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z'].map(
      (time): [string, string, unknown, RegExp] => [
        `a time that is none, ${time}`,
        'Connection',
        { ...connection, earliestOrderDate: time },
        /^spec\.earliestOrderDate: must be an RFC 3339 time/,
      ],
    ),
    [
      'a day without a time',
      'Connection',
      { ...connection, earliestOrderDate: '2026-01-01' },
      /^spec\.earliestOrderDate: is too short: it has at least 20 characters/,
    ],
    [
      'a time zone that is none',
      'License',
      { plan: 'p', seats: 1, notAfter: '2026-01-01T00:00:00+99:99' },
      /^spec\.notAfter: must be an RFC 3339 time/,
    ],
    [
      'a webhook URL with a password in it',
      'Store',
      { orderWebhooks: [{ name: 'w', url: 'https://user:pw@host/x' }] },
      /spec\.orderWebhooks\[0\]\.url: .* is not a URL/,
    ],
    ['a network that is none', 'Store', { allowedPrivateNetworks: ['10.0.0.1'] }, /write it as CIDR/],
    ['a network of no address', 'Store', { allowedPrivateNetworks: ['999.1.1.1/8'] }, /write it as CIDR/],
    ['a network with too many bits', 'Store', { allowedPrivateNetworks: ['10.0.0.0/33'] }, /write it as CIDR/],
    ['a network in octal', 'Store', { allowedPrivateNetworks: ['010.0.0.0/8'] }, /write it as CIDR/],
    [
      'a webhook URL that is none',
      'Store',
      { orderWebhooks: [{ name: 'w', url: 'http://[bad/' }] },
      /spec\.orderWebhooks\[0\]\.url: .* is not a URL/,
    ],
    [
      'no room for the reference after its prefix',
      'Store',
      { orderNumbers: { prefix: 'ACME-', maxLength: 8 } },
      /must leave at least six characters/,
    ],
    ['a license without a seat', 'License', { plan: 'p', seats: 0 }, /spec\.seats/],
  ])('names %s', (_what, kind, spec, expected) => {
    expect(validate(kind, spec).join('\n')).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });

  it('takes a rule that cannot be carried out for one that does not hold, as the API server does', () => {
    const spec = withRules(z.strictObject({ at: z.string() }), {
      rule: "timestamp(self.at) > timestamp('2026-01-01T00:00:00Z')",
      message: 'must be later',
    });
    const kind = { ...kindByName('Feed')!, spec };
    const said = (at: string) =>
      validateResource(kind, { apiVersion: API_VERSION, metadata: { name: 'x' }, spec: { at } });
    expect(said('2026-02-01T00:00:00Z')).toEqual([]);
    expect(said('no time')).toEqual([{ field: 'spec', message: 'must be later' }]);
  });

  it('refuses a change of what is immutable, and says what to do instead', () => {
    expect(validate('Connection', { ...connection, driver: 'shopify' }, connection)).toEqual([
      'spec.driver: driver cannot be changed: create another Connection and delete this one',
    ]);
    expect(validate('Feed', { ...feed, type: 'StockExport' }, feed)).toEqual([
      'spec.type: type cannot be changed: create another Feed',
    ]);
    expect(validate('Connection', { ...connection, mode: 'Production' }, connection)).toEqual([]);
  });
});
