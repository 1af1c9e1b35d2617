import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import type { Run } from './plan.ts';
import { runsOf } from './plan/index.ts';
import { UpWorld } from './up-world.ts';
import { itRuns } from './world.ts';

jest.setTimeout(180_000);

const ROWS = runsOf('up');
const pageOf = ({ amid, page }: Run): string => amid ?? page!;
const PAGES = [...new Set(ROWS.map(pageOf))];

describe.each(PAGES)('%s, followed without a cluster', (page) => {
  let world: UpWorld;
  beforeAll(async () => {
    world = await UpWorld.start(page);
  });
  afterAll(() => world?.close());

  itRuns(
    ROWS.filter((row) => pageOf(row) === page),
    () => world.shell,
    { after: (row) => world.after(row) },
  );
});
