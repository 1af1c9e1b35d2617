import { pathToFileURL } from 'node:url';
import { CONTRACT_VERSION } from '../../model/contract-version.ts';
import type { DriverDefinition } from '../contract/index.ts';
import { driverKit, type DriverModule } from './module.ts';

/** The driver that an image of its own has at this path, or an error that says why it cannot run. */
export async function loadAddedDriver(name: string, path: string): Promise<DriverDefinition> {
  const found = (await import(pathToFileURL(path).href)) as Partial<DriverModule>;
  // What it calls itself comes second: a driver of another contract may not even be able to say that.
  if (found.contract !== CONTRACT_VERSION) throw new Error(contractMessage(name, found.contract));
  if (typeof found.driver !== 'function')
    throw new Error(`driver "${name}": its module exports no function "driver": see docs/writing-a-driver.md`);
  const definition = found.driver(driverKit);
  if (definition.manifest.name !== name)
    throw new Error(
      `the image has the driver "${definition.manifest.name}", not "${name}": give the Driver resource that name, or the right image`,
    );
  return definition;
}

function contractMessage(name: string, contract: unknown): string {
  const has = typeof contract === 'number' ? `is written for contract ${contract}` : 'does not say its contract';
  return `driver "${name}" ${has}, this release has contract ${CONTRACT_VERSION}: use an image that was built for it`;
}
