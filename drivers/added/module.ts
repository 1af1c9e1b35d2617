import { z } from 'zod';
import { minorUnits } from '../../model/money.ts';
import { defineDriver, errorDetails, retry, terminal, waiting, type DriverDefinition } from '../contract/index.ts';
import { bearer } from '../toolkit/auth/bearer.ts';

/** What a driver outside this repository is given: it imports types of ours and nothing that runs. */
export const driverKit = { z, defineDriver, errorDetails, retry, terminal, waiting, bearer, minorUnits };

/** See `driverKit`. */
export type DriverKit = typeof driverKit;

/** What the module of a driver with an image of its own exports. */
export interface DriverModule {
  /** Version of the contract that it was written for. */
  readonly contract: number;
  readonly driver: (kit: DriverKit) => DriverDefinition;
}
