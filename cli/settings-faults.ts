import type { ConnectionSpec, DriverResource, Resource } from '../crds/index.ts';
import { driverResource } from '../drivers/driver-resource.ts';
import type { DriverDefinition } from '../drivers/contract/index.ts';
import { SettingsSchemas } from '../operator/settings.ts';

export interface SettingsFault {
  /** "Connection/shop". */
  readonly resource: string;
  readonly message: string;
}

export interface SettingsFindings {
  readonly faults: readonly SettingsFault[];
  /** Drivers that are neither in the manifests nor in this release: nothing can be said of settings for them. */
  readonly unknownDrivers: readonly SettingsFault[];
}

/** What operator and driver would say of the settings of connections, as far as that shows without a shop. Pure. */
export function settingsFindings(
  resources: readonly Resource[],
  builtin: ReadonlyMap<string, DriverDefinition>,
): SettingsFindings {
  const schemas = new SettingsSchemas();
  const faults: SettingsFault[] = [];
  const unknownDrivers: SettingsFault[] = [];
  const own = resources.filter(({ kind }) => kind === 'Driver') as DriverResource[];
  for (const { kind, metadata, spec } of resources) {
    if (kind !== 'Connection' && kind !== 'ClusterConnection') continue;
    const { driver: name, settings } = spec as ConnectionSpec;
    const resource = `${kind}/${metadata.name}`;
    const definition = builtin.get(name);
    const driver = own.find((one) => one.metadata.name === name) ?? (definition && driverResource(definition));
    if (!driver) {
      const known = [...builtin.keys()].join(', ');
      unknownDrivers.push({ resource, message: `spec.driver "${name}" is not of this release, which has ${known}` });
      continue;
    }
    const problems = schemas.problems(driver, settings);
    const messages = problems.length > 0 ? problems : definition ? unusable(definition, settings) : [];
    faults.push(...messages.map((message) => ({ resource, message })));
  }
  return { faults, unknownDrivers };
}

/** What a schema cannot say: an address that is none. */
function unusable({ settings: schema }: DriverDefinition, settings: unknown): string[] {
  const { error } = schema.safeParse(settings ?? {});
  return (error?.issues ?? []).map(({ path, message }) => `${['spec.settings', ...path].join('.')}: ${message}`);
}
