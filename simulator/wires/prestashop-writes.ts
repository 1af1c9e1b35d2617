import sax from 'sax';
import type { Desk, WireAnswer } from '../desk/wire.ts';
import { levelKey, shippedOf, wantedOf, type ShopOrder } from '../shop/model.ts';
import { correctParcel, setLevel, ship } from '../shop/writes.ts';
import type { Resource } from './prestashop-lists.ts';
import { firstCarrierRow, STATES } from './prestashop-orders.ts';
import { errorAnswer, recordXml, xmlAnswer } from './prestashop-output.ts';

export type Body = ReadonlyMap<string, string>;

/** A state that was set by the webservice. */
export interface History {
  readonly id: string;
  readonly orderId: string;
  readonly state: string;
  readonly at: string;
}

/** The fields of the one record in a body; undefined where it is no XML of this form. Associations are looked over. */
export function bodyOf(text: string | undefined, node: string): Body | undefined {
  const parser = sax.parser(true, {});
  const fields = new Map<string, string>();
  const open: string[] = [];
  let broken = false;
  let found = false;
  parser.onerror = () => {
    broken = true;
    parser.resume();
  };
  parser.onopentag = ({ name }) => {
    open.push(name);
    if (open.length === 2 && open[0] === 'prestashop' && name === node) found = true;
    if (open.length === 3 && found) fields.set(name, '');
  };
  parser.onclosetag = () => void open.pop();
  const take = (value: string): void => {
    if (found && open.length >= 3) fields.set(open[2]!, (fields.get(open[2]!) ?? '') + value.trim());
  };
  parser.ontext = take;
  parser.oncdata = take;
  parser.write(text ?? '').close();
  return broken || !found ? undefined : fields;
}

/** PUT: all of the record is sent; what is left out is taken away, and what must be there is asked for. */
export function put(desk: Desk, resource: Resource, id: string, text: string | undefined): WireAnswer {
  const before = resource.rows().find((row) => row.id === id);
  if (!before) return errorAnswer(404, 41, `The ${resource.node} ${id} does not exist`);
  const body = bodyOf(text, resource.node);
  if (!body) return errorAnswer(400, 127, 'XML error : String could not be parsed as XML');
  if (body.get('id') !== id) return errorAnswer(400, 90, 'id is duplicate in request');
  const refused = wrongField(resource, body) ?? WRITES[resource.name]?.(desk, id, body) ?? resource.write?.(id, body);
  if (refused) return refused;
  resource.keep?.(before, body);
  return shown(resource, id, 200);
}

/** PATCH: what is not sent stays. */
export function patch(desk: Desk, resource: Resource, id: string, text: string | undefined): WireAnswer {
  const row = resource.rows().find((each) => each.id === id);
  if (!row) return errorAnswer(404, 41, `The ${resource.node} ${id} does not exist`);
  const body = bodyOf(text, resource.node);
  if (!body) return errorAnswer(400, 127, 'XML error : String could not be parsed as XML');
  const there = [...row.values].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
  const whole = new Map([...there, ...body]);
  if (whole.get('id') !== id) return errorAnswer(400, 90, 'id is duplicate in request');
  const fixed = resource.readOnly?.find((field) => body.has(field));
  if (fixed) return notWritable(fixed);
  return WRITES[resource.name]?.(desk, id, whole) ?? resource.write?.(id, whole) ?? shown(resource, id, 200);
}

/** POST: a new record. */
export function post(desk: Desk, resource: Resource, text: string | undefined, histories: History[]): WireAnswer {
  const body = bodyOf(text, resource.node);
  if (!body) return errorAnswer(400, 127, 'XML error : String could not be parsed as XML');
  const wrong = wrongField(resource, body);
  if (wrong) return wrong;
  if (resource.name === 'order_carriers') return addParcel(desk, resource, body);
  if (resource.name === 'order_histories') return addHistory(desk, resource, body, histories);
  const added = resource.add?.(body);
  if (added !== undefined) return typeof added === 'string' ? shown(resource, added, 201) : added;
  return errorAnswer(405, 101, `Method POST is not allowed for the resource ${resource.name}`);
}

function wrongField({ readOnly = [], required = [], name }: Resource, body: Body): WireAnswer | undefined {
  const fixed = readOnly.find((field) => body.has(field));
  if (fixed) return notWritable(fixed);
  const missing = required.find((field) => (body.get(field) ?? '') === '');
  return missing ? errorAnswer(400, 41, `parameter "${missing}" required in ${name}`) : undefined;
}

const notWritable = (field: string): WireAnswer =>
  errorAnswer(400, 93, `parameter "${field}" not writable. Please remove this attribute of this XML`);

function shown({ node, rows }: Resource, id: string, status: number): WireAnswer {
  const row = rows().find((each) => each.id === id);
  return xmlAnswer(status, row ? recordXml(node, row) : `<${node}><id><![CDATA[${id}]]></id></${node}>`);
}

type Write = (desk: Desk, id: string, body: Body) => WireAnswer | undefined;

const WRITES: Readonly<Record<string, Write>> = {
  stock_availables: (desk, id, body) => {
    const quantity = Number(body.get('quantity'));
    if (!Number.isInteger(quantity))
      return errorAnswer(400, 85, 'Validation error: "Property StockAvailable->quantity is not valid"');
    const [product, attribute] = [body.get('id_product') ?? '', body.get('id_product_attribute') ?? ''];
    const variantId = attribute === '0' ? `p${product}` : attribute;
    const level = desk.shop.levels.get(levelKey(variantId, 'main'));
    // The row of a product with combinations is their sum: it is overwritten when one of them changes.
    if (!level) return undefined;
    const outcome = setLevel({ variantId, locationId: 'main', quantity: quantity + level.allocated }, desk);
    return outcome.status === 'set' ? undefined : errorAnswer(500, 56, outcome.message ?? 'Unable to save resource');
  },
  order_carriers: (desk, id, body) => {
    const order = desk.shop.orders.get(body.get('id_order') ?? '');
    if (!order) return errorAnswer(400, 85, 'Validation error: "Property OrderCarrier->id_order is not valid"');
    const trackingCode = body.get('tracking_number') ?? '';
    if (order.parcels.some((parcel) => parcel.id === id)) {
      correctParcel(order.id, id, { trackingCode }, desk);
      return undefined;
    }
    if (trackingCode !== '') sendParcel(desk, order, trackingCode, id);
    return undefined;
  },
};

/** What is in it nobody says: PrestaShop knows of a parcel its number alone. */
function sendParcel(desk: Desk, order: ShopOrder, trackingCode: string, row?: string): string | undefined {
  const outcome = ship(order.id, { lines: [], trackingCode }, desk);
  if (outcome.status !== 'shipped') return undefined;
  const { parcel } = outcome;
  if (row === undefined) return parcel.id;
  const after = desk.shop.orders.get(order.id)!;
  const parcels = after.parcels.map((each) => (each.id === parcel.id ? { ...each, id: row } : each));
  desk.shop.orders.put({ ...after, parcels }, 0, 0);
  return row;
}

function addParcel(desk: Desk, resource: Resource, body: Body): WireAnswer {
  const order = desk.shop.orders.get(body.get('id_order') ?? '');
  if (!order) return errorAnswer(400, 85, 'Validation error: "Property OrderCarrier->id_order is not valid"');
  const row = order.parcels.length === 0 ? firstCarrierRow(order.id) : undefined;
  const id = sendParcel(desk, order, body.get('tracking_number') ?? '', row);
  return id === undefined ? errorAnswer(500, 56, 'Unable to save resource') : shown(resource, id, 201);
}

function addHistory(desk: Desk, resource: Resource, body: Body, histories: History[]): WireAnswer {
  const { shop, truth } = desk;
  const order = shop.orders.get(body.get('id_order') ?? '');
  const state = Object.values(STATES).find(({ id }) => id === body.get('id_order_state'));
  if (!order || !state) return errorAnswer(400, 85, 'Validation error: "Property OrderHistory is not valid"');
  const isShipped = 'shipped' in state;
  const rest = order.lines
    .map((line) => ({ lineId: line.id, quantity: wantedOf(line) - shippedOf(order, line.id) }))
    .filter(({ quantity }) => quantity > 0);
  const last = order.parcels.at(-1);
  // What is sent without a number leaves no other trace than the state.
  if (isShipped && !last) ship(order.id, { id: firstCarrierRow(order.id), lines: rest }, desk);
  const parcels = shop.orders
    .get(order.id)!
    .parcels.map((each) => (isShipped && each === last ? { ...each, lines: [...each.lines, ...rest] } : each));
  const changed = { ...(isShipped ? { progress: 'Completed' as const } : {}), updatedAt: shop.stamp() };
  shop.orders.put({ ...order, parcels, ...changed }, 0, 0);
  truth.effects.push({ kind: 'correction', subject: order.id, reference: state.id, at: shop.now().toISOString() });
  const id = shop.newId('oh');
  histories.push({ id, orderId: order.id, state: state.id, at: shop.stamp() });
  return shown(resource, id, 201);
}
