import type { DriverResource } from '../../crds/index.ts';
import { CONTRACT_VERSION } from '../../model/contract-version.ts';

/** Why the image of a driver cannot run with this release; undefined: it can. What is built in always fits. Pure. */
export function contractProblem({ metadata, spec }: DriverResource): string | undefined {
  if (spec.image === undefined || spec.contract === CONTRACT_VERSION) return undefined;
  const driver = `driver "${metadata.name}" of the image ${spec.image}`;
  if (spec.contract === undefined)
    return `${driver} does not say which driver contract it was built for: put it into spec.contract of the Driver, this release has ${CONTRACT_VERSION}`;
  return `${driver} was built for driver contract ${spec.contract}, this release has ${CONTRACT_VERSION}: use an image that was built for it`;
}
