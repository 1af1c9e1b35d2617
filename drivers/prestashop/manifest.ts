import type { DriverFacts } from '../contract/index.ts';
import { REASONS } from './errors.ts';

const POLLED = 'PrestaShop itself sends no webhooks: orders are polled.';
const NO_PIECES =
  'PrestaShop keeps of a parcel its tracking number alone: which pieces are in it nobody can tell the shop.';

const MANY_CALLS =
  'An order names its lines, addresses, buyer and state by number alone: a first page takes sixteen calls, however short, and the case allows three. Each page is given once it is whole, and no call is made after a stop.';

export const manifest: DriverFacts = {
  name: 'prestashop',
  title: 'PrestaShop',
  documentation: 'https://devdocs.prestashop-project.org/8/webservice/',
  platformKind: 'Store',
  hosts: [{ setting: 'url' }],
  // PrestaShop itself sets no limit; each call starts all of it, and a web server has few workers.
  budget: { burst: 8, perSecond: 4, concurrent: 2 },
  reasons: REASONS,
  limits: [
    'PrestaShop 1.6 to 9 by the webservice (/api), with a key; the newer Admin API is not used. Never tried at a live shop.',
    'PrestaShop itself sends no webhooks: orders are polled, every minute if the Feed says so.',
    'Releases differ: each shop is asked for what it has (schema=synopsis), and no more than is needed of buyers and their addresses. Without order_cart_rules the names of vouchers are missing.',
    'A record at which the shop breaks down (a module, a damaged row) is set aside by its number, if the shop shows another; the rest of its page comes in.',
    'The webservice tells no totals and no deletions, and its times are local: the hour that comes twice in autumn is read from its beginning, and what was placed in it may be an hour off.',
    'Prices are those that PrestaShop keeps, without tax; special prices (specific_prices) are not read.',
    'Prices are written without tax alone; with tax they are refused, for the tax depends on the country of the buyer. compareAt is the ordinary price, less a special price for every buyer. Each takes two calls: a record goes back whole, as it was read right before.',
    'No price is written beside a catalogue price rule, several special prices that are in force for every buyer, or one of a whole product whose combination is meant.',
    'A variant is a combination by its number, or a product without combinations as p and its number. A product that gets combinations has other variants from then on.',
    'A shop counts what can be sold, in one place. Levels are set one by one: two calls to read, and one for each.',
    'Of a parcel PrestaShop has room for its tracking number (64 letters): carrier, address of tracking, service and pieces are not told. With the last parcel the order state is set, by its flag and its number, never by its name.',
    'An order state with the flag "shipped" means that all of the order is sent. Which states mean cancelled, refunded or failed the settings of the shop say; those of modules are named in settings.states.',
    'Addresses of images are those that buyers see (/img/p/…): the webservice gives images with the key alone. A shop that hides that folder shows none.',
    'Discounts of cart rules are one line for the whole order. Returns and the notes of an order are not read.',
    'Advanced stock management (1.6 and 1.7) is read and not written.',
  ],
  skips: {
    ...Object.fromEntries(
      ['good', 'forged', 'old', 'repeated', 'ensure', 'repair', 'remove', 'test-mode'].map((name) => [
        `C10.${name}`,
        POLLED,
      ]),
    ),
    'C3.lazy': MANY_CALLS,
    'C6.abort': MANY_CALLS,
    'C8.ship-partial': NO_PIECES,
    'C8.ship-second': NO_PIECES,
    'C8.ship-two-at-once': NO_PIECES,
    'C8.ship-twins': NO_PIECES,
    'C8.lost-answer-bare': NO_PIECES,
    'C8.lost-answer-twins': NO_PIECES,
    'C8.stock-lost-answer':
      'PrestaShop keeps no mark of a write: after a lost answer a level is set again, and a sale in between is undone until the next export.',
  },
};
