import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './pages.ts';
import { runsOf } from './plan/index.ts';
import { Shell } from './shell.ts';
import { itRuns } from './world.ts';

jest.setTimeout(240_000);

/** What docs/writing-a-driver.md asks of a module, made of a driver that there is. */
const DRIVER = `
export { generic as driver } from '${ROOT}/drivers/generic/index.ts';
export { genericWire as wire } from '${ROOT}/simulator/wires/generic.ts';
`;

describe('commands that need nothing but a clone', () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await Shell.open();
    await writeFile(join(shell.folder, 'my-driver.ts'), DRIVER);
  });
  afterAll(() => shell?.close());

  itRuns(runsOf('folder'), () => shell);
});
