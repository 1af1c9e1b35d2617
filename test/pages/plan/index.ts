import type { PageCommand } from '../commands.ts';
import { isRun, type PlanRow, type Run, type World } from '../plan.ts';
import { DRIVERS } from './drivers.ts';
import { FIRST_CONNECTION } from './first-connection.ts';
import { CHART, OPERATING } from './operating.ts';
import { CONTRIBUTORS, DRILL, DRIVER_WRITERS, GITOPS, REST_API, SIMULATOR } from './others.ts';
import { README } from './readme.ts';
import { RUNBOOKS } from './runbooks.ts';

/** What becomes of each command of each page. In each world the rows are run in this order. */
export const PLAN: readonly PlanRow[] = [
  ...README,
  ...FIRST_CONNECTION,
  ...GITOPS,
  ...REST_API,
  ...DRIVERS,
  ...RUNBOOKS,
  ...DRILL,
  ...SIMULATOR,
  ...DRIVER_WRITERS,
  ...CONTRIBUTORS,
  ...OPERATING,
  ...CHART,
];

/** The rows that a command is meant by: of its page, or of all pages. */
export function rowsFor({ page, text }: PageCommand): PlanRow[] {
  return PLAN.filter((row) => row.text === text && (!isRun(row) || row.page === undefined || row.page === page));
}

/** What a world runs, in order. */
export const runsOf = (world: World): Run[] => PLAN.filter(isRun).filter((row) => row.world === world);
