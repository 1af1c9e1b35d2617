import type { Reconcile } from '../../kit/controller.ts';
import { DONE } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { inUse } from '../resources.ts';
import { decideDriver } from './decide.ts';

/** A Driver says whether it can be used, and by how many connections it is. */
export function driverReconciler({ informers, reporter, schemas }: Context): Reconcile {
  return async (key) => {
    const driver = informers.drivers.get(key);
    if (!driver || driver.metadata.deletionTimestamp) return DONE;
    const connections =
      inUse(informers.connections.byIndex('driver', key)) + inUse(informers.clusterConnections.byIndex('driver', key));
    await reporter.report(informers.drivers, driver, {
      settlement: decideDriver(driver, schemas),
      findings: {},
      fields: { connections },
    });
    return DONE;
  };
}
