import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { ROOT } from './pages.ts';
import type { Run } from './plan.ts';
import { runsOf } from './plan/index.ts';
import { Shell } from './shell.ts';
import { itRuns } from './world.ts';

jest.setTimeout(240_000);

/** What docs/writing-a-driver.md asks of a module, made of a driver that there is. */
const DRIVER = `
export { generic as driver } from '${ROOT}/drivers/generic/index.ts';
export { genericWire as wire } from '${ROOT}/simulator/wires/generic.ts';
`;

/** A manifest in the version before. */
const OLD = 'apiVersion: supercargo.dev/v1alpha1\nkind: Store\nmetadata: { name: main }\nspec: {}\n';

describe('commands that need nothing but a clone', () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await Shell.open({ fill: { 'VENDURE-PORT': String(await freePort()) } });
    await writeFile(join(shell.folder, 'my-driver.ts'), DRIVER);
    await mkdir(join(shell.folder, 'old'));
    await writeFile(join(shell.folder, 'old', 'store.yaml'), OLD);
  });
  afterAll(() => shell?.close());

  const after = async (_row: Run, printed: string): Promise<void> => {
    const placed = /Order (\S+) placed/.exec(printed)?.[1];
    if (placed !== undefined) shell.fill['CODE'] = placed;
  };
  itRuns(runsOf('folder'), () => shell, { after });
});
