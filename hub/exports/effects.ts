import type { AllExportEffects } from '../base/export-effects.ts';
import { shipmentEffects } from '../orders/shipment-effects.ts';
import { priceEffects } from '../prices/effects.ts';
import { stockEffects } from '../stock/effects.ts';

/** What the hub does of its own about the writes of each feed. */
export const EXPORT_EFFECTS: AllExportEffects = {
  ShipmentExport: shipmentEffects,
  StockExport: stockEffects,
  PriceExport: priceEffects,
};
