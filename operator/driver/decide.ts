import { driverKind, validateResource, type DriverResource } from '../../crds/index.ts';
import type { Settlement } from '../../kit/conditions.ts';
import type { SettingsSchemas } from '../settings.ts';
import { contractProblem } from './contract-problem.ts';

/** Whether a catalogue entry can be used. Pure. */
export function decideDriver(driver: DriverResource, schemas: SettingsSchemas): Settlement {
  const [violation] = validateResource(driverKind, driver);
  if (violation)
    return {
      state: 'Stalled',
      finding: { reason: 'InvalidSpec', message: `${violation.field}: ${violation.message}` },
    };
  const misfit = contractProblem(driver);
  if (misfit) return { state: 'Stalled', finding: { reason: 'DriverContract', message: misfit } };
  for (const field of ['settingsSchema', 'credentialSchema'] as const) {
    const schema = driver.spec[field];
    const problem = schema && schemas.schemaProblem(schema);
    if (problem)
      return {
        state: 'Stalled',
        finding: { reason: 'InvalidSchema', message: `spec.${field} is no JSON Schema (2020-12): ${problem}` },
      };
  }
  return {
    state: 'Ready',
    finding: {
      reason: 'Installed',
      message: `connections can name it; it supports ${driver.spec.feeds.map(({ type }) => type).join(', ')}`,
    },
  };
}
