import type { Reconcile } from '../../kit/controller.ts';
import { DONE, requeueAfter } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { inUse } from '../resources.ts';
import { OTHER_SHARDS_AGAIN_MS, usersOf } from '../sight.ts';
import { decideDriver } from './decide.ts';

/** A Driver says whether it can be used, and by how many connections it is. */
export function driverReconciler(context: Context): Reconcile {
  const { informers, reporter, schemas, claims, config } = context;
  return async (key) => {
    const driver = informers.drivers.get(key);
    if (!driver || driver.metadata.deletionTimestamp) return DONE;
    if (!(await claims.hold(informers.drivers, driver))) return DONE;
    const connections = inUse(await usersOf(context, 'driver', key));
    await reporter.report(informers.drivers, driver, {
      settlement: decideDriver(driver, schemas),
      findings: {},
      fields: { connections },
    });
    return config.selector === undefined ? DONE : requeueAfter(OTHER_SHARDS_AGAIN_MS);
  };
}
