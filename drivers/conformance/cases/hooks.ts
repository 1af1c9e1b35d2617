import type { Delivery } from '../../../simulator/desk/hooks.ts';
import type { FeedType } from '../../../model/feeds.ts';
import type { HookReading, InboundHook } from '../../contract/index.ts';
import type { ConformanceCase } from '../case.ts';
import { demand } from '../demand.ts';
import { never, type World } from '../world.ts';

const URL = 'https://hub.example/hooks/of-this-connection';
const OTHER = 'https://hub.example/hooks/of-another-connection';
const FEEDS: readonly FeedType[] = ['OrderImport', 'ProductUpdate', 'StockCheck'];

const ensure = (world: World, url = URL) => world.connect().hooks!.ensure(url, world.feeds(...FEEDS), never());

/** A webhook about an order as the shop sends it; `secondsOld` when it comes in. */
async function hookOf(world: World, secondsOld = 5): Promise<InboundHook> {
  await ensure(world);
  world.store.hooks.tell({ type: 'order.updated', id: world.order('plain').id });
  const sent = world.mail.filter(({ url }) => url === URL).at(-1);
  demand(sent !== undefined, 'after `ensure` the shop sends nothing when an order changes');
  return inbound(world, sent, secondsOld);
}

const inbound = (world: World, { headers, body }: Delivery, secondsOld = 5): InboundHook => ({
  headers,
  body: Buffer.from(body),
  receivedAt: new Date(world.clock.now().getTime() + secondsOld * 1000),
});

/** A platform may have a subscription for each topic; two of one topic and one address bring everything twice. */
function hasTwins({ store: { hooks } }: World): boolean {
  const names = hooks.list().flatMap(({ url, topics }) => topics.map((topic) => `${topic} ${url}`));
  return new Set(names).size < names.length;
}

const read = (world: World, hook: InboundHook): HookReading => world.connect().hooks!.read(hook);

export const HOOKS: readonly ConformanceCase[] = [
  {
    id: 'C10.good',
    needs: ['hooks', 'orders'],
    proves: 'believes a webhook whose signature fits, and says what to read',
    async run(open) {
      const world = open();
      const reading = read(world, await hookOf(world));
      demand(reading.valid, () => `a good webhook is refused: ${reading.valid ? '' : reading.message}`);
      const hint = reading.hints.find(({ feed }) => feed === 'OrderImport' || feed === 'OrderUpdate');
      demand(hint !== undefined, 'a webhook about an order does not say that orders are to be read');
      demand(
        hint.ids === undefined || hint.ids.includes(world.order('plain').id),
        'a webhook about an order names another',
      );
    },
  },
  {
    id: 'C10.forged',
    needs: ['hooks', 'orders'],
    proves: 'refuses a webhook with another body, another signature or none',
    async run(open) {
      const world = open();
      const hook = await hookOf(world);
      world.store.faults.force('forged-webhook');
      world.store.hooks.tell({ type: 'order.updated', id: world.order('plain').id });
      const forged = world.mail.filter(({ url }) => url === URL).at(-2)!;
      const cases: readonly (readonly [string, InboundHook])[] = [
        ['a byte more in its body', { ...hook, body: Buffer.concat([hook.body, Buffer.from(' ')]) }],
        ['another body', { ...hook, body: Buffer.from('{}') }],
        ['the signature of another secret', inbound(world, forged)],
        ['no signature', { ...hook, headers: { 'content-type': 'application/json' } }],
      ];
      for (const [what, each] of cases) demand(!read(world, each).valid, `a webhook with ${what} is believed`);
    },
  },
  {
    id: 'C10.old',
    needs: ['hooks', 'orders'],
    proves: 'refuses a webhook that is older than five minutes: it may be one that somebody kept',
    async run(open) {
      const world = open();
      const hook = await hookOf(world, 400);
      demand(!read(world, hook).valid, 'a webhook of seven minutes ago is believed');
    },
  },
  {
    id: 'C10.repeated',
    needs: ['hooks', 'orders'],
    proves: 'reads the same webhook twice the same way: it may come twice, and in two pods',
    async run(open) {
      const world = open();
      const hook = await hookOf(world);
      const driver = world.connect();
      demand(
        JSON.stringify(driver.hooks!.read(hook)) === JSON.stringify(driver.hooks!.read(hook)),
        'a webhook that comes twice is read in two ways',
      );
      demand(driver.hooks!.read(hook).valid, 'a webhook that comes twice is refused the second time');
    },
  },
  {
    id: 'C10.ensure',
    needs: ['hooks'],
    proves: 'subscribes once, however often it is asked to',
    async run(open) {
      const world = open();
      const first = await ensure(world);
      const made = world.store.hooks.count;
      demand(first.repaired, 'a subscription that had to be made is not called repaired');
      demand(!(await ensure(world)).repaired, 'a subscription that is there is called repaired');
      demand(
        made > 0 && world.store.hooks.count === made && !hasTwins(world),
        `asked twice, the shop has ${world.store.hooks.count} subscriptions of one address`,
      );
    },
  },
  {
    id: 'C10.repair',
    needs: ['hooks'],
    proves: 'finds out that the shop lost a subscription, and makes it anew',
    async run(open) {
      const world = open();
      await ensure(world);
      const made = world.store.hooks.count;
      world.store.faults.force('lost-subscription');
      demand(
        (await ensure(world)).repaired && world.store.hooks.count === made,
        'a subscription that the shop lost is not made anew',
      );
    },
  },
  {
    id: 'C10.remove',
    needs: ['hooks'],
    proves: 'takes its own subscription back and no other; nothing there is a success',
    async run(open) {
      const world = open();
      await ensure(world, OTHER);
      const others = world.store.hooks.count;
      await ensure(world);
      const { hooks } = world.connect();
      await hooks!.remove(URL, never());
      demand(
        world.store.hooks.count === others,
        `of two subscriptions one was to be taken back, ${world.store.hooks.count} are left`,
      );
      await hooks!.remove(URL, never());
      demand(!(await ensure(world, OTHER)).repaired, 'the subscription of another address was taken back');
    },
  },
  {
    id: 'C10.test-mode',
    needs: ['hooks'],
    proves: 'subscribes by http.write alone: in Test mode nothing is made at the shop',
    async run(open) {
      const world = open();
      await world
        .connect({ testMode: true })
        .hooks!.ensure(URL, world.feeds(...FEEDS), never())
        .catch(() => undefined);
      demand(world.store.hooks.count === 0, 'in Test mode a subscription is made at the shop');
    },
  },
];
