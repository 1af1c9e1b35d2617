/**
 * What is kept of a payload that could not be read (quarantine), for whoever looks why: its shape, and of values those
 * that are known to name nobody. Everything else is told by its kind and length alone: shops and their plug-ins make up
 * fields, and a list of forbidden names is never complete.
 */
const MAX_TEXT = 64;
const MAX_DEPTH = 12;
const MAX_ITEMS = 200;
const MAX_BYTES = 16_000;

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Below these, and only below these, a value may be kept; names without case, `_` and `-`. */
const STRUCTURE = words(`
  data order orders node nodes edges item items line lines lineitems orderlines product products variant variants
  productvariant stock level levels stocklevels image images price prices total totals money amount shopmoney
  presentmentmoney tax taxes taxlines discount discounts discountlines payment payments fulfillment fulfillments
  shipment shipments shippinglines refund refunds return returns options`);
const NUMBERS = words(`
  id position quantity cancelledquantity fulfilledquantity onhand available allocated price unitprice compareatprice
  total itemstotal shippingtotal taxtotal discounttotal grandtotal subtotal amount taxamount taxrate discountamount rate
  weight weightgrams count exponent version width height`);
const CODES = words(`
  id gid orderid lineid variantid productid locationid parentid sku code number ordernumber currency currencycode state
  status orderstate paymentstate paymentstatus fulfilmentstate fulfillmentstate fulfillmentstatus financialstatus
  platformstate type kind typename shippingmethodcode unit`);
const TIMES =
  /^(created|updated|placed|paid|shipped|cancelled|canceled|processed|modified|ordered|published)(at|on|date|time)$/;

const CODE = /^[\w#:/.+-]*$/;
const DECIMAL = /^-?\d{1,15}(\.\d{1,6})?$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;
const FIELD = /^[A-Za-z_][\w-]{0,39}$/;

/** As JSON of at most 16 kB. Never throws: what cannot be written down is said so. */
export function redacted(payload: unknown): string {
  try {
    const text = JSON.stringify(clean(payload, { depth: 0, name: '', known: true })) ?? 'null';
    return text.length <= MAX_BYTES ? text : text.slice(0, MAX_BYTES - 3) + '...';
  } catch {
    return '"the payload cannot be written as JSON"';
  }
}

interface Place {
  readonly depth: number;
  /** Of the field, without case and separators. */
  readonly name: string;
  /** Whether all that stands above it is structure. */
  readonly known: boolean;
}

function clean(value: unknown, place: Place): unknown {
  if (place.depth > MAX_DEPTH) return '…';
  if (Array.isArray(value))
    return value.slice(0, MAX_ITEMS).map((item) => clean(item, { ...place, depth: place.depth + 1 }));
  if (typeof value === 'object' && value !== null) return cleanFields(value, place);
  if (typeof value === 'string') return isHarmlessText(value, place) ? value : `<text of ${value.length}>`;
  if (typeof value === 'number') return place.known && NUMBERS.has(place.name) ? value : '<number>';
  return value;
}

function cleanFields(value: object, { depth, name, known }: Place): unknown {
  const below = known && (depth === 0 || STRUCTURE.has(name));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([field, inner], index) => [
        FIELD.test(field) ? field : `<field ${index + 1}>`,
        clean(inner, { depth: depth + 1, name: plain(field), known: below }),
      ]),
  );
}

function isHarmlessText(text: string, { name, known }: Place): boolean {
  if (!known || text.length > MAX_TEXT) return false;
  if (NUMBERS.has(name) && DECIMAL.test(text)) return true;
  return (CODES.has(name) && CODE.test(text)) || (TIMES.test(name) && INSTANT.test(text));
}

const plain = (field: string): string => field.toLowerCase().replaceAll(/[_-]/g, '');
