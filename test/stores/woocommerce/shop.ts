import { woocommerce } from '../../../drivers/woocommerce/index.ts';
import { woocommerceWire } from '../../../simulator/wires/woocommerce.ts';
import { triedAt, type Answer, type Tried, type TriedShop } from '../rig/tried-shop.ts';

export { never, type Answer, type TriedShop } from '../rig/tried-shop.ts';

/** An answer of WordPress that refuses. */
export const refusal = (status: number, code: string, message = 'no'): Answer => ({
  ...{ status, body: { code, message, data: { status } } },
});

/** The driver at the simulated shop; `instead` answers in its place where it gives something. */
export const triedShop = (instead?: Tried['instead'], settings: Readonly<Record<string, unknown>> = {}): TriedShop =>
  triedAt({ driver: woocommerce, wire: woocommerceWire }, { instead, settings });
