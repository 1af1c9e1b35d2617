import { GROUP } from '../crds/index.ts';

/** On the namespace: it was made by a drill and may be removed by one. */
export const DRILL_LABEL = `${GROUP}/drill`;
/** Fixed, so that a License can name it. */
export const STORE_NAME = 'drill';
export const COUNTERPART = 'drill-counterpart';
export const SHOP_SECRET = 'drill-shop';
export const CONTROL_SECRET = 'drill-control';
/** Of Service and pod alike: network policies look at the pod's port, settings.url at the Service's. */
export const PORT = 8080;

/** What differs from one drill to the next: the hub may still have what another one left under its names. */
export interface DrillNames {
  readonly namespace: string;
  readonly connection: string;
  readonly shopId: string;
  readonly endpoint: string;
}

export function drillNames(namespace: string, id: string): DrillNames {
  return { namespace, connection: `drill-${id}`, shopId: `drill-${id}`, endpoint: `warehouse-${id}` };
}
