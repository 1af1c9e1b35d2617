import { badRequest, conflict } from '../base/errors.ts';

/** A line of an order as far as shipping goes. Plain numbers: what was ordered, and what is gone already. */
export interface ShippableLine {
  readonly id: string;
  /** Names under which a parcel may have it: the catalogue's SKU and the ordered one. */
  readonly skus: readonly string[];
  readonly quantity: number;
  /** What the store says is fulfilled. */
  readonly fulfilled: number;
  /** What was reported here, in pieces of the line. */
  readonly reported: number;
  /** Of a kit: what is in one, and how many pieces of each were reported. Empty: no kit. */
  readonly components: readonly { readonly sku: string; readonly perKit: number; readonly reported: number }[];
  /** Of an order that goes to several addresses: with which delivery the line goes. */
  readonly deliveryId?: string;
}

export interface WantedLine {
  readonly lineId?: string;
  readonly sku?: string;
  readonly quantity: number;
}

export interface Parcel {
  /** What the store is told: pieces of plain lines, and the kits of which this parcel completes the last component. */
  readonly lines: { lineId: string; quantity: number }[];
  /** Every piece of a kit that is in the parcel. */
  readonly components: { lineId: string; sku: string; quantity: number }[];
}

/**
 * What a parcel holds, by line, checked against what is still open; `wanted` absent: all that is. A parcel goes to one
 * address; `deliveryId`: to which, where the order has several. An order never ships more than was ordered, and a kit
 * goes to the store once all its components are gone, whatever parcels they were in. Pure.
 */
export function planParcel(
  lines: readonly ShippableLine[],
  wanted: readonly WantedLine[] | undefined,
  deliveryId?: string,
): Parcel {
  const ledgers = ofDelivery(lines, deliveryId).map((line) => new Ledger(line));
  if (wanted) for (const line of wanted) take(ledgers, line);
  else for (const ledger of ledgers) ledger.takeAll();
  const parcel: Parcel = { lines: [], components: [] };
  for (const ledger of ledgers) {
    const pieces = ledger.forStore();
    if (pieces > 0) parcel.lines.push({ lineId: ledger.line.id, quantity: pieces });
    for (const [sku, quantity] of ledger.componentsTaken)
      parcel.components.push({ lineId: ledger.line.id, sku, quantity });
  }
  if (parcel.lines.length + parcel.components.length === 0)
    throw conflict('NothingToShip', 'every line of the order is shipped or cancelled');
  refuseSeveral(ledgers.filter((ledger) => ledger.isIn(parcel)).map(({ line }) => line));
  return parcel;
}

/** The lines that may be in a parcel of this delivery: its own, and those that go with none. */
function ofDelivery(lines: readonly ShippableLine[], deliveryId: string | undefined): readonly ShippableLine[] {
  if (deliveryId === undefined) return lines;
  if (!lines.some((line) => line.deliveryId === deliveryId))
    throw badRequest(
      'UnknownDelivery',
      `the order has no delivery "${deliveryId}" to an address of its own: use the id of one in deliveries, or leave deliveryId out`,
    );
  return lines.filter((line) => line.deliveryId === undefined || line.deliveryId === deliveryId);
}

function refuseSeveral(packed: readonly ShippableLine[]): void {
  const ids = [...new Set(packed.flatMap(({ deliveryId }) => deliveryId ?? []))];
  if (ids.length > 1)
    throw conflict(
      'SeveralDeliveries',
      `what is in the parcel goes to ${ids.length} addresses (deliveries ${ids.slice(0, 10).join(', ')}): report one parcel for each, with its deliveryId`,
    );
}

/** Lines named whole go first, then kits that have the SKU as a component. */
function take(ledgers: readonly Ledger[], wanted: WantedLine): void {
  const name = wanted.lineId ?? wanted.sku!;
  const whole = ledgers.filter(({ line }) =>
    wanted.lineId !== undefined ? line.id === wanted.lineId : line.skus.includes(name),
  );
  const parts =
    wanted.lineId !== undefined
      ? []
      : ledgers.filter((ledger) => !whole.includes(ledger) && ledger.line.components.some(({ sku }) => sku === name));
  if (whole.length + parts.length === 0)
    throw badRequest(
      'UnknownLine',
      `the order has no line "${name}": use lineId or sku of its lines, or the SKU of a kit's component`,
    );
  const open = [...whole.map((ledger) => ledger.open()), ...parts.map((ledger) => ledger.openOf(name))].reduce(
    (sum, pieces) => sum + pieces,
    0,
  );
  if (open < wanted.quantity)
    throw conflict('TooManyShipped', `line "${name}" has ${open} open, ${wanted.quantity} were to be shipped`);
  let left = wanted.quantity;
  for (const ledger of whole) left -= ledger.take(Math.min(left, ledger.open()));
  for (const ledger of parts) left -= ledger.takeOf(name, Math.min(left, ledger.openOf(name)));
}

class Ledger {
  readonly line: ShippableLine;
  readonly componentsTaken = new Map<string, number>();
  #taken = 0;

  constructor(line: ShippableLine) {
    this.line = line;
  }

  /** Whole pieces of the line: of a kit as many as all its components allow. */
  open(): number {
    const { quantity, fulfilled, reported, components } = this.line;
    // The larger: a shipment that the store has confirmed is in both numbers, one on its way only in ours.
    if (components.length === 0) return Math.max(0, quantity - Math.max(fulfilled, reported) - this.#taken);
    return Math.min(...components.map(({ sku, perKit }) => Math.floor(this.openOf(sku) / perKit)));
  }

  openOf(component: string): number {
    const { quantity, fulfilled, components } = this.line;
    const found = components.find(({ sku }) => sku === component);
    if (!found) return 0;
    return Math.max(
      0,
      found.perKit * quantity -
        Math.max(found.perKit * fulfilled, found.reported) -
        (this.componentsTaken.get(component) ?? 0),
    );
  }

  take(pieces: number): number {
    if (pieces === 0) return 0;
    if (this.line.components.length === 0) this.#taken += pieces;
    for (const { sku, perKit } of this.line.components) this.takeOf(sku, perKit * pieces);
    return pieces;
  }

  takeOf(component: string, pieces: number): number {
    if (pieces > 0) this.componentsTaken.set(component, (this.componentsTaken.get(component) ?? 0) + pieces);
    return pieces;
  }

  takeAll(): void {
    if (this.line.components.length === 0) this.take(this.open());
    else for (const { sku } of this.line.components) this.takeOf(sku, this.openOf(sku));
  }

  isIn({ lines, components }: Parcel): boolean {
    return [...lines, ...components].some(({ lineId }) => lineId === this.line.id);
  }

  /** Pieces that the store learns of by this parcel. */
  forStore(): number {
    const { components, reported, quantity } = this.line;
    if (components.length === 0 || this.componentsTaken.size === 0) return this.#taken;
    const complete = Math.min(
      ...components.map(({ sku, perKit, reported: before }) =>
        Math.floor((before + (this.componentsTaken.get(sku) ?? 0)) / perKit),
      ),
    );
    return Math.max(0, Math.min(complete, quantity) - reported);
  }
}
