import { z } from 'zod';
import { memoryVault, retry, type CheckReport, type Driver } from '../../contract/index.ts';
import { generic } from '../../generic/index.ts';
import { driverIs, manifestIs, mutant, overHttp, plainly, type Mutant } from './tools.ts';

const checkIs = (change: (report: CheckReport) => CheckReport) =>
  driverIs((driver) => ({ check: async (feeds, signal) => change(await driver.check(feeds, signal)) }));
const good = (message: string): CheckReport['reachable'] => ({ status: 'True', reason: 'Accepted', message });
const ALL_FEEDS = generic.manifest.feeds.map(({ type }) => type);

const answersWell = driverIs((_driver, context) => ({
  check: async (_feeds, signal) => ({
    reachable:
      (await plainly(context, 'GET', '/shop', signal)).status < 300
        ? good('there')
        : { status: 'False', reason: 'WrongUrl', message: 'no' },
    credential: good('good'),
  }),
}));

/** Mistakes in checking, and with keys. */
export const CHECKS: readonly Mutant[] = [
  mutant(
    'everything but 401 is accepted',
    'C2.wrong-url',
    driverIs((driver) => ({
      check: async (feeds, signal) => {
        const report = await driver.check(feeds, signal);
        return report.credential.reason === 'KeyRefused'
          ? report
          : { ...report, reachable: good('there'), credential: good('good') };
      },
    })),
  ),
  mutant('a web page is a shop', 'C2.html', answersWell),
  mutant('half an answer is a shop', 'C2.truncated', answersWell),
  mutant(
    'a connection that breaks is a refused key',
    'C2.reset',
    driverIs((driver) => ({
      check: async (feeds, signal) => {
        const report = await driver.check(feeds, signal);
        return report.reachable.reason === 'ConnectionFailed'
          ? { reachable: good('there'), credential: { status: 'False', reason: 'KeyRefused', message: 'refused' } }
          : report;
      },
    })),
  ),
  mutant(
    "an error of the shop is the key's",
    'C2.5xx',
    checkIs((report) =>
      report.reachable.status === 'True'
        ? report
        : { ...report, credential: { status: 'False', reason: 'KeyRefused', message: 'refused' } },
    ),
  ),
  mutant(
    "a redirect is the key's fault",
    'C2.redirect',
    checkIs((report) =>
      report.reachable.reason === 'WrongUrl'
        ? { ...report, credential: { status: 'False', reason: 'KeyRefused', message: 'refused' } }
        : report,
    ),
  ),
  mutant(
    'a shop that asks to wait is away',
    'C2.429',
    checkIs((report) =>
      report.reachable.status === 'Unknown'
        ? { ...report, reachable: { ...report.reachable, status: 'False' } }
        : report,
    ),
  ),
  mutant(
    'a wrong key is a shop that is away',
    'C2.wrong-key',
    checkIs((report) =>
      report.credential.status === 'False'
        ? { reachable: report.credential, credential: { status: 'Unknown', reason: 'NotChecked', message: '' } }
        : report,
    ),
  ),
  mutant(
    'a good key is not looked at',
    'C2.good',
    checkIs((report) => ({ ...report, credential: { status: 'Unknown', reason: 'NotChecked', message: '' } })),
  ),
  mutant(
    'the shop is not named',
    'C2.shop',
    checkIs(({ shop: _shop, ...report }) => report),
  ),
  mutant(
    'the permission is not named',
    'C2.permission',
    checkIs((report) => ({ ...report, credential: { ...report.credential, message: 'a permission is missing' } })),
  ),
  mutant(
    'permissions are not looked at',
    'C2.permission-write',
    driverIs((driver) => ({ check: (_feeds, signal) => driver.check([], signal) })),
  ),
  mutant(
    'every permission is asked for',
    'C2.permission-enough',
    driverIs((driver) => ({ check: (_feeds, signal) => driver.check(ALL_FEEDS, signal) })),
  ),
  mutant(
    'the check writes',
    'C2.no-writes',
    driverIs((driver, context) => ({
      check: async (feeds, signal) => {
        await plainly(context, 'POST', '/stock', signal, { levels: [] });
        return driver.check(feeds, signal);
      },
    })),
  ),
  mutant(
    'a message shows the key',
    'C2.no-secrets',
    driverIs((driver, { credential }) => ({
      check: async (feeds, signal) => {
        const report = await driver.check(feeds, signal);
        return { ...report, credential: { ...report.credential, message: `refused: ${JSON.stringify(credential)}` } };
      },
    })),
  ),
  mutant('settings that are misspelt are taken', 'C1.schemas', { ...generic, settings: z.object({ url: z.url() }) }),
  mutant('a Secret with more keys is refused', 'C1.schemas', {
    ...generic,
    credential: z.strictObject({ apiKey: z.string() }),
  }),
  mutant(
    'blind to deletions, and no second way',
    'C1.manifest',
    manifestIs(({ feeds }) => ({
      feeds: feeds.map((feed) => ({
        ...feed,
        cursor: feed.cursor && { ...feed.cursor, undetectedChanges: ['a product is deleted'], fallback: undefined },
      })),
    })),
  ),
  mutant(
    'tells another host',
    'C1.hosts',
    overHttp((http) => ({
      read: async (request) => {
        await http.read({ method: 'GET', url: 'https://statistics.example/seen' }).catch(() => undefined);
        return http.read(request);
      },
    })),
  ),
  mutant(
    'follows redirects',
    'C1.hosts',
    overHttp((http) => ({
      read: async (request) => {
        const answer = await http.read(request);
        return answer.status === 301 ? http.read({ ...request, url: answer.headers['location']! }) : answer;
      },
    })),
  ),
  mutant(
    'names no hosts',
    'C1.hosts',
    manifestIs(() => ({ hosts: [] })),
  ),
  mutant(
    'skips a case that there is not',
    'C9.expired',
    manifestIs(() => ({ skips: { 'C9.expired': 'the shop has no keys that expire' } })),
  ),
  mutant(
    'has no webhooks and does not say so',
    'C10.good',
    driverIs(() => ({ hooks: undefined })),
  ),
  mutant(
    'counts nothing and does not say so',
    'C12.census',
    driverIs(() => ({ count: undefined, ids: undefined })),
  ),
  mutant(
    'cannot ship and does not say so',
    'C8.ship-what',
    driverIs(() => ({ writeShipments: undefined })),
  ),
  mutant(
    'counts what is not there',
    'C12.census',
    driverIs((driver) => ({ count: async (feed, window, signal) => 1 + (await driver.count(feed, window, signal)) })),
  ),
  mutant(
    'counts the end of the window, too',
    'C12.census-window',
    driverIs((driver) => {
      const later = <T extends { to: string }>(window: T): T => ({
        ...window,
        to: new Date(Date.parse(window.to) + 1).toISOString(),
      });
      return {
        count: (feed, window, signal) => driver.count(feed, later(window), signal),
        ids: (feed, window, signal) => driver.ids(feed, later(window), signal),
      };
    }),
  ),
];

export const TOKENS: readonly Mutant[] = [
  mutant(
    'a refused key may pass',
    'C9.revoked',
    overHttp((http) => ({
      read: async (request) => {
        const answer = await http.read(request);
        if (answer.status === 401) throw retry('StoreUnavailable', 'try again');
        return answer;
      },
    })),
  ),
  mutant(
    'a refused key is tried and tried',
    'C9.revoked',
    overHttp((http) => ({
      read: async (request) => {
        let answer = await http.read(request);
        for (let attempt = 0; attempt < 10 && answer.status === 401; attempt++) answer = await http.read(request);
        return answer;
      },
    })),
  ),
  mutant(
    'a lost permission is not named',
    'C9.permission-lost',
    overHttp((http) => ({
      read: async (request) => {
        const answer = await http.read(request);
        return answer.status === 403 ? { ...answer, json: async () => ({}) } : answer;
      },
    })),
  ),
  mutant(
    'a token is taken once',
    'C9.token-ends',
    overHttp((http) => {
      let first: Readonly<Record<string, string>> | undefined;
      return {
        read: async ({ auth, ...request }) => {
          first ??= auth && (await auth.headers(request, request.signal ?? new AbortController().signal));
          return http.read({ ...request, headers: { ...request.headers, ...(auth ? first : {}) } });
        },
      };
    }),
  ),
  mutant('a token is asked for at each start', 'C9.token-kept', {
    ...generic,
    connect: (context) => generic.connect({ ...context, tokens: memoryVault() }),
  }),
  mutant('each pod has tokens of its own', 'C9.token-shared', {
    ...generic,
    connect: (context) => generic.connect({ ...context, tokens: memoryVault() }),
  }),
  mutant(
    'a refresh token that ended may pass',
    'C9.reauthorize',
    driverIs((driver) => ({
      async *read(request) {
        try {
          yield* driver.read(request);
        } catch {
          throw retry('StoreUnavailable', 'try again');
        }
      },
    })),
  ),
];

const hooksAre = (
  change: (
    hooks: NonNullable<Driver['hooks']>,
    context: Parameters<Parameters<typeof driverIs>[0]>[1],
  ) => Partial<NonNullable<Driver['hooks']>>,
) => driverIs((driver, context) => ({ hooks: { ...driver.hooks!, ...change(driver.hooks!, context) } }));

/** Mistakes with webhooks of the shop. */
export const WEBHOOKS: readonly Mutant[] = [
  mutant(
    'signatures are not looked at',
    'C10.forged',
    hooksAre(() => ({
      read: ({ body }) => ({
        valid: true,
        hints: [
          {
            feed: 'OrderImport',
            ids: [((JSON.parse(Buffer.from(body).toString()) as { data?: { id: string } }).data ?? { id: '' }).id],
          },
        ],
      }),
    })),
  ),
  mutant(
    'age is not looked at',
    'C10.old',
    hooksAre((hooks) => ({
      read: (hook) => hooks.read({ ...hook, receivedAt: new Date(Number(hook.headers['webhook-timestamp']) * 1000) }),
    })),
  ),
  mutant(
    'says nothing of what to read',
    'C10.good',
    hooksAre((hooks) => ({
      read: (hook) => {
        const reading = hooks.read(hook);
        return reading.valid ? { valid: true, hints: [] } : reading;
      },
    })),
  ),
  mutant(
    'names another order',
    'C10.good',
    hooksAre((hooks) => ({
      read: (hook) => {
        const reading = hooks.read(hook);
        return reading.valid ? { valid: true, hints: [{ feed: 'OrderImport', ids: ['o999'] }] } : reading;
      },
    })),
  ),
  mutant(
    'good ones are refused',
    'C10.good',
    hooksAre(() => ({ read: () => ({ valid: false, reason: 'SignatureInvalid', message: 'no' }) })),
  ),
  mutant(
    'refuses what comes twice',
    'C10.repeated',
    hooksAre((hooks) => {
      const seen = new Set<string>();
      return {
        read: (hook) => {
          const id = hook.headers['webhook-id']!;
          if (seen.has(id)) return { valid: false, reason: 'TooOld', message: 'seen' };
          seen.add(id);
          return hooks.read(hook);
        },
      };
    }),
  ),
  mutant(
    'subscribes each time',
    'C10.ensure',
    hooksAre((_hooks, context) => ({
      ensure: async (url, _feeds, signal) => {
        await plainly(context, 'POST', '/webhooks', signal, { url, topics: ['order'], secret: 'whsec_c2VjcmV0' });
        return { topics: ['order'], repaired: true };
      },
    })),
  ),
  mutant(
    'does not look whether it is still there',
    'C10.repair',
    (() => {
      const made = new WeakMap<object, Set<string>>();
      return hooksAre((hooks, { http }) => ({
        ensure: async (url, feeds, signal) => {
          const known = made.get(http) ?? new Set();
          made.set(http, known);
          if (known.has(url)) return { topics: ['order'], repaired: false };
          known.add(url);
          return hooks.ensure(url, feeds, signal);
        },
      }));
    })(),
  ),
  mutant(
    'takes back what others made',
    'C10.remove',
    hooksAre((_hooks, context) => ({
      remove: async (_url, signal) => {
        const { items } = (await (await plainly(context, 'GET', '/webhooks', signal)).json()) as {
          items: { id: string }[];
        };
        for (const { id } of items) await plainly(context, 'DELETE', `/webhooks/${id}`, signal);
      },
    })),
  ),
  mutant(
    'takes back nothing',
    'C10.remove',
    hooksAre(() => ({ remove: async () => undefined })),
  ),
];
