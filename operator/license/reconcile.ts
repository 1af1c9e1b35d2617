import type { Reconcile } from '../../kit/controller.ts';
import { DONE, requeueAfter } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { decideLicense } from './decide.ts';

/** A License says who sits; connections read the same seats. In its grace period it warns once a day. */
export function licenseReconciler({ informers, reporter, recorder, seats: book, clock, claims }: Context): Reconcile {
  const warned = new Map<string, number>();
  return async (key) => {
    const license = informers.licenses.get(key);
    if (!license) {
      warned.delete(key);
      return DONE;
    }
    if (!(await claims.hold(informers.licenses, license))) return DONE;
    const now = clock.now();
    const seats = [...book.seats(license, now).values()];
    const { settlement, fields, warning, changesInMs } = decideLicense(license, seats, now);
    await reporter.report(informers.licenses, license, { settlement, findings: {}, fields });
    if (warning && warned.get(key) !== warning.day) {
      recorder.record(license, {
        type: 'Warning',
        reason: 'GracePeriod',
        action: 'CheckLicense',
        message: warning.message,
      });
      warned.set(key, warning.day);
    }
    return changesInMs === undefined || changesInMs === Infinity ? DONE : requeueAfter(changesInMs + 1000);
  };
}
