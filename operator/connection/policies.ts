import { clusterConnectionKind, connectionKind, LONGEST_CONNECTION_NAME, validateResource } from '../../crds/index.ts';
import { byAge, connectionKey, describeConnection, podNamespace, type AnyConnection } from '../resources.ts';
import { isInClear } from '../../kit/net/plain-http.ts';
import { beyondKeyHosts, settingsWithHost } from '../../model/hosts.ts';
import { contractProblem } from '../driver/contract-problem.ts';
import type { SettingsSchemas } from '../settings.ts';
import type { ConnectionSnapshot } from './gather.ts';

/** Why a connection cannot run. */
export interface Refusal {
  readonly reason: string;
  /** Names the field, its value and the remedy. */
  readonly message: string;
  /**
   * It waits for another resource, which may be on its way (a GitOps apply has no order); otherwise a person must act.
   */
  readonly waits?: true;
  /** It is rules of the kind or of the Driver that refuse it: those by which it was taken may have been others. */
  readonly byRules?: true;
}

type Policy = (snapshot: ConnectionSnapshot, schemas: SettingsSchemas) => Refusal | undefined;

/** In the order in which a person would look; the first that refuses is told. */
const POLICIES: readonly Policy[] = [
  nameFits,
  specIsValid,
  driverExists,
  driverFits,
  storeExists,
  credentialExists,
  credentialIsForDriver,
  settingsFitDriver,
  credentialMayGoThere,
  credentialIsNotSentInClear,
  podMetadataIsAllowed,
  termsAreAccepted,
  warehouseIsOfStore,
  shopIsNotConnected,
];

/** All reasons against the connection, in that order; none when it is accepted. */
export function refusalsOf(snapshot: ConnectionSnapshot, schemas: SettingsSchemas): Refusal[] {
  return POLICIES.flatMap((policy) => policy(snapshot, schemas) ?? []);
}

/** The CRD in the cluster may be older than the operator: the same rules run here. */
function specIsValid({ connection }: ConnectionSnapshot): Refusal | undefined {
  const [first] = validateResource(
    connection.kind === 'Connection' ? connectionKind : clusterConnectionKind,
    connection,
  );
  return first && { reason: 'InvalidSpec', byRules: true, message: `${first.field}: ${first.message}` };
}

function nameFits({ connection: { metadata } }: ConnectionSnapshot): Refusal | undefined {
  if (metadata.name.length <= LONGEST_CONNECTION_NAME) return undefined;
  return {
    reason: 'NameTooLong',
    message: `metadata.name has ${metadata.name.length} characters, at most ${LONGEST_CONNECTION_NAME} fit into its children's labels: create it under a shorter name`,
  };
}

function driverExists({ connection: { spec }, driver }: ConnectionSnapshot): Refusal | undefined {
  return driver
    ? undefined
    : {
        reason: 'DriverNotFound',
        waits: true,
        message: `spec.driver "${spec.driver}" is not installed: kubectl get drivers (or supercargo drivers) lists those there are`,
      };
}

/** A pod of another contract would fail in the middle of a run, or worse, would not. */
function driverFits({ driver }: ConnectionSnapshot): Refusal | undefined {
  const misfit = driver ? contractProblem(driver) : undefined;
  return misfit === undefined ? undefined : { reason: 'DriverContract', byRules: true, message: misfit };
}

function storeExists({ connection, store }: ConnectionSnapshot): Refusal | undefined {
  return store
    ? undefined
    : {
        reason: 'StoreNotFound',
        waits: true,
        message: `spec.storeRef.name "${connection.spec.storeRef.name}": there is no such Store in namespace ${podNamespace(connection)}: apply it`,
      };
}

function credentialExists({ connection, credential }: ConnectionSnapshot): Refusal | undefined {
  return credential
    ? undefined
    : {
        reason: 'CredentialNotFound',
        waits: true,
        message: `spec.credentialRef.name "${connection.spec.credentialRef.name}": there is no such Credential in namespace ${podNamespace(connection)}: apply it`,
      };
}

function credentialIsForDriver({ connection: { spec }, credential }: ConnectionSnapshot): Refusal | undefined {
  if (credential === undefined || credential.spec.driver === spec.driver) return undefined;
  return {
    reason: 'CredentialForOtherDriver',
    message: `spec.credentialRef.name "${credential.metadata.name}" is for the driver "${credential.spec.driver}", spec.driver is "${spec.driver}": name a Credential for "${spec.driver}"`,
  };
}

function settingsFitDriver(
  { connection: { spec }, driver }: ConnectionSnapshot,
  schemas: SettingsSchemas,
): Refusal | undefined {
  const problems = driver ? schemas.problems(driver, spec.settings) : [];
  if (problems.length === 0) return undefined;
  return { reason: 'InvalidSettings', byRules: true, message: problems.slice(0, 5).join('; ') };
}

/** Of the settings that say where the driver calls, as its Driver names them. */
function credentialIsNotSentInClear({
  connection: { spec },
  driver,
  allowPlainHttp,
}: ConnectionSnapshot): Refusal | undefined {
  if (!driver || allowPlainHttp) return undefined;
  for (const key of settingsWithHost(driver.spec.hosts ?? [])) {
    const address = spec.settings?.[key];
    if (typeof address !== 'string' || !isInClear(address)) continue;
    return {
      reason: 'PlainHttp',
      message: `spec.settings.${key} begins with http://: the credential would go in clear to ${new URL(address).host}. Write https://, or have the installation allow it (sync.allowPlainHttp of the chart, --allow-plain-http of supercargo up)`,
    };
  }
  return undefined;
}

/** Said here so that no pod is made for it; the pod itself looks again before it reads the Secret. */
function credentialMayGoThere({ connection: { spec }, driver, credential }: ConnectionSnapshot): Refusal | undefined {
  const beyond = driver && beyondKeyHosts(driver.spec.hosts ?? [], spec.settings ?? {}, credential?.spec.hosts);
  return (
    beyond && {
      reason: 'HostNotAllowed',
      message: `spec.settings.${beyond.setting} leads to ${beyond.host}, where spec.hosts of Credential "${spec.credentialRef.name}" does not let its keys go: mend the address, or add the host there`,
    }
  );
}

/** Some keys give rights: a cloud's role, another network, a sidecar. So they are the installation's to allow. */
function podMetadataIsAllowed({ connection: { spec }, podMetadata }: ConnectionSnapshot): Refusal | undefined {
  if (!podMetadata) return undefined;
  for (const field of ['labels', 'annotations'] as const) {
    const key = Object.keys(spec.pod?.[field] ?? {}).find((one) => !podMetadata.some((start) => one.startsWith(start)));
    if (key === undefined) continue;
    const allowed = podMetadata.length > 0 ? `it allows ${podMetadata.join(', ')}` : 'it allows none';
    return {
      reason: 'InvalidSpec',
      message: `spec.pod.${field} has "${key}", which this installation does not allow (${allowed}): remove it, or have its beginning listed in sync.connectionMetadata of the chart`,
    };
  }
  return undefined;
}

function termsAreAccepted({ connection: { spec }, driver }: ConnectionSnapshot): Refusal | undefined {
  const terms = driver?.spec.terms;
  if (!terms || spec.acceptedTerms === terms.version) return undefined;
  const given =
    spec.acceptedTerms === undefined ? 'spec.acceptedTerms is absent' : `spec.acceptedTerms is "${spec.acceptedTerms}"`;
  return { reason: 'TermsNotAccepted', message: `${given}: read ${terms.url} and set it to "${terms.version}"` };
}

function warehouseIsOfStore({ connection: { spec }, store }: ConnectionSnapshot): Refusal | undefined {
  const names = store?.spec.warehouses?.map(({ name }) => name);
  if (spec.warehouse === undefined || !names || names.includes(spec.warehouse)) return undefined;
  return {
    reason: 'WarehouseNotFound',
    message: `spec.warehouse "${spec.warehouse}" is none of the Store's: ${names.join(', ')}`,
  };
}

/**
 * Two pods on one shop would import every order twice. The older connection keeps it. Only within a namespace: a shop
 * says itself which id it has, and must not stop a connection of others by it.
 */
function shopIsNotConnected({ connection, sameShop }: ConnectionSnapshot): Refusal | undefined {
  const older = sameShop
    .filter((other) => isNeighbour(other, connection) && byAge(other, connection) < 0 && keepsShop(other))
    .sort(byAge)[0];
  if (!older) return undefined;
  return {
    reason: 'ShopAlreadyConnected',
    message: `shop "${connection.status?.shop?.name}" (${connection.status?.shop?.id}) is connected by ${describeConnection(connectionKey(older))}, which is older: delete one of the two`,
  };
}

/** Whether a connection of another namespace found a shop of the same id. */
export function isElsewhereToo({ connection, sameShop }: ConnectionSnapshot): boolean {
  return sameShop.some((other) => !isNeighbour(other, connection) && keepsShop(other));
}

function isNeighbour(one: AnyConnection, other: AnyConnection): boolean {
  return podNamespace(one) === podNamespace(other);
}

function keepsShop({ metadata }: AnyConnection): boolean {
  return metadata.deletionTimestamp === undefined;
}
