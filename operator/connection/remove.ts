import { type ConnectionStatus, childName } from '../../crds/index.ts';
import type { ConditionValue } from '../../kit/conditions.ts';
import type { Informer } from '../../kit/kube/informer.ts';
import type { Logger } from '../../kit/log.ts';
import { DONE, requeueAfter, type Outcome } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { NAMESPACES } from '../../kit/kube/builtin.ts';
import { connectionId, connectionKey, podNamespace, type AnyConnection } from '../resources.ts';
import { decideDeletion, type DeletionStep } from './deletion.ts';
import type { FirstSeen } from './first-seen.ts';
import { scaleToZero } from './scale.ts';

const HUB_RETRY_MS = 5000;

/** Takes the next step of a deletion and says so in the condition Deleting. */
export async function removeConnection(
  context: Context,
  informer: Informer<AnyConnection>,
  connection: AnyConnection,
  { deletions, log, signal }: { deletions: FirstSeen; log: () => Logger; signal: AbortSignal },
): Promise<Outcome> {
  const { informers, clock, config } = context;
  const now = clock.now();
  const deployment = informers.deployments.find(podNamespace(connection), childName(connectionKey(connection)));
  const namespaceTerminating = await isTerminating(context, podNamespace(connection));
  const step = decideDeletion({
    connection,
    deployment,
    pods: informers.pods.byIndex('connection', connectionId(connectionKey(connection))),
    namespaceTerminating,
    now,
    since: deletions.of(connection, now),
    deadlineMs: config.deletionDeadlineMs,
  });
  switch (step.step) {
    case 'none':
      return DONE;
    case 'release':
      return release(context, informer, connection, step, 'Warning');
    case 'wait':
      await tell(context, informer, connection, step);
      return requeueAfter(step.afterMs);
    case 'stop':
      await tell(context, informer, connection, step);
      await scaleToZero(context.client, deployment);
      return requeueAfter(HUB_RETRY_MS);
    case 'forget':
      return forget(context, informer, connection, step, { log, signal });
  }
}

async function forget(
  context: Context,
  informer: Informer<AnyConnection>,
  connection: AnyConnection,
  step: DeletionStep & { step: 'forget' },
  { log, signal }: { log: () => Logger; signal: AbortSignal },
): Promise<Outcome> {
  const policy = connection.spec.deletionPolicy ?? 'Retain';
  try {
    const { deleted } = await context.hub.forget(connectionKey(connection), policy, signal);
    const message =
      policy === 'Delete'
        ? `deletionPolicy Delete: the hub deleted ${deleted} records`
        : 'deletionPolicy Retain: the hub keeps its data';
    return await release(context, informer, connection, { reason: 'Deregistered', message }, 'Normal');
  } catch (error) {
    log().warn({ err: error }, 'the hub could not be asked; it will be asked again until the deadline');
    await tell(context, informer, connection, { ...step, message: `${step.message}: it cannot be reached yet` });
    return requeueAfter(HUB_RETRY_MS);
  }
}

/** Lets go: our finalizer alone is taken off, by applying without it. */
async function release(
  { applier, recorder }: Context,
  informer: Informer<AnyConnection>,
  connection: AnyConnection,
  { reason, message }: Omit<ConditionValue, 'status'>,
  type: 'Normal' | 'Warning',
): Promise<Outcome> {
  recorder.record(connection, { type, reason, action: 'Delete', message });
  // Whoever waits until it is gone reads there how it ended.
  await recorder.flush();
  await applier.apply(informer, connection, { metadata: {} });
  return DONE;
}

async function tell(
  { reporter }: Context,
  informer: Informer<AnyConnection>,
  connection: AnyConnection,
  { reason, message }: Omit<ConditionValue, 'status'>,
): Promise<void> {
  const fields: Partial<ConnectionStatus> = {
    state: 'Deleting',
    effective: connection.status?.effective,
    feeds: connection.status?.feeds,
  };
  const findings = { Deleting: { status: 'True' as const, reason, message } };
  await reporter.report(informer, connection, {
    findings,
    fields,
    settlement: { state: 'Reconciling', finding: { reason: 'Deleting', message } },
  });
}

/** Asked for at each step of a deletion only; a namespace that cannot be read is taken as staying. */
async function isTerminating({ client }: Context, namespace: string): Promise<boolean> {
  const found = await client.find(NAMESPACES, namespace).catch(() => undefined);
  return found?.metadata.deletionTimestamp !== undefined;
}
