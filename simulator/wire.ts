/** JSON of the Supercargo Generic Store API (docs/generic-api.md), as this store sends it. */
export interface WireAddress {
  name: string; street1: string; city: string; postal_code: string; country: string;
}

export interface WireShipment {
  id: string; reference?: string; state: string; carrier?: string; tracking_code?: string; tracking_url?: string; location_id?: string;
  lines: { line_id: string; quantity: number }[];
}

export interface WireLine {
  id: string; sku: string; variant_id: string; title: string; quantity: number; cancelled_quantity: number; fulfilled_quantity: number;
  unit_price: string; total: string; tax_rate: number; tax: string; discount: string;
}

export interface WireOrder {
  id: string; number: string; placed_at: string; updated_at: string;
  state: 'draft' | 'open' | 'completed' | 'cancelled';
  payment_state: 'unpaid' | 'authorized' | 'partially_paid' | 'paid' | 'partially_refunded' | 'refunded';
  currency: string;
  totals: { items: string; shipping: string; tax: string; discount: string; grand: string };
  customer: { id: string; email: string; name: string };
  shipping_address: WireAddress; billing_address: WireAddress;
  shipping_method: { code: string; name: string };
  note?: string;
  lines: WireLine[];
  shipments: WireShipment[];
}

export interface WireVariant {
  id: string; sku: string; title: string; price: string; currency: string; weight_grams: number; enabled: boolean; tracked: boolean; options: Record<string, string>;
}

export interface WireProduct {
  id: string; title: string; description: string; brand: string; status: 'active' | 'inactive'; attributes: Record<string, string>;
  created_at: string; updated_at: string; variants: WireVariant[]; images: { id: string; url: string; position: number }[];
}

export interface WireLevel {
  variant_id: string; sku: string; location_id: string; on_hand: number; allocated: number; available: number;
}

export interface WireNamed {
  id: string; code: string; name: string; email?: string;
}

export interface WireProductSupplier {
  variant_id: string; supplier_id: string; supplier_sku: string; cost_price: string; currency: string;
}

export interface SimRequest {
  readonly method: string;
  /** Path and query, without the base. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SimResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The answer takes so long. */
  readonly delayMs: number;
  /** The connection breaks and no answer arrives; what was to be done is done. */
  readonly broken: boolean;
}
