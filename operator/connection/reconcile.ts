import { childName, FINALIZER, type ConnectionStatus } from '../../crds/index.ts';
import { NameTaken } from '../../kit/apply.ts';
import type { Reconcile } from '../../kit/controller.ts';
import { isApiError } from '../../kit/kube/errors.ts';
import { keyOf, objectKey, type Key } from '../../kit/kube/objects.ts';
import type { Informer } from '../../kit/kube/informer.ts';
import { DONE, requeueAfter, type Outcome } from '../../kit/outcome.ts';
import type { Context } from '../context.ts';
import { licenseChangesIn } from '../seating/seats.ts';
import { connectionKey, podNamespace, type AnyConnection } from '../resources.ts';
import type { PodSettings } from './children-input.ts';
import { childrenOf } from './children.ts';
import { decide, type ConnectionDecision } from './decide.ts';
import { gather, type ChildProblem, type ConnectionSnapshot } from './gather.ts';
import { FirstSeen } from './first-seen.ts';
import { filterLabels } from './labels.ts';
import { podSettings } from './pod-settings.ts';
import { removeConnection } from './remove.ts';
import { RefusedTurns } from './refused-turns.ts';
import { Revisions } from './revision.ts';
import { scaleToZero } from './scale.ts';
import { bringsIntoView, letGoOf } from './shards.ts';

/** A Connection (or ClusterConnection) becomes a running sync pod, and its status says how that is doing. */
export function connectionReconciler(context: Context, informer: Informer<AnyConnection>): Reconcile {
  const memory: Memory = { revisions: new Revisions(), refusals: new RefusedTurns() };
  const deletions = new FirstSeen();
  return async (key, { log, signal }) => {
    const connection = informer.get(key);
    if (!connection) {
      deletions.forget(key);
      memory.refusals.forget(key);
      await letGoOf(context, informer.type, key);
      return DONE;
    }
    if (!(await context.claims.hold(informer, connection))) {
      // Its turn is another installation's to give.
      context.rollout.leave(deploymentKey(connection));
      return DONE;
    }
    if (await bringsIntoView(context, connection)) return DONE;
    return connection.metadata.deletionTimestamp
      ? removeConnection(context, informer, connection, { deletions, log, signal })
      : runConnection(context, informer, connection, memory);
  };
}

interface Memory {
  readonly revisions: Revisions;
  readonly refusals: RefusedTurns;
}

/** A quota that was raised tells nobody. */
const CHILD_AGAIN_MS = 5_000;
/** What a pod waits for is told by time alone: a volume, a node, a quota. */
const POD_AGAIN_MS = 31_000;
const STALE_AGAIN_MS = 3_600_000;

async function runConnection(
  context: Context,
  informer: Informer<AnyConnection>,
  connection: AnyConnection,
  { revisions, refusals }: Memory,
): Promise<Outcome> {
  const { informers: caches, seats, config, clock, schemas, rollout } = context;
  const key = keyOf(connection);
  const pod = await podSettings(config);
  const snapshot = gather(connection, { caches, seats, config, pod, rollout, revisions, now: clock.now() });
  const decision = decide(snapshot, schemas);
  await claim(context, informer, snapshot, decision);
  const refused = refusals.of(key, decision.turn);
  const restMs = refused ? refused.againAt - clock.now().getTime() : 0;
  if (refused && restMs > 0) {
    await report(context, informer, connection, decide({ ...snapshot, childProblem: refused.problem }, schemas));
    return requeueAfter(restMs);
  }
  takePlace(context, connection, decision);
  try {
    await applyChildren(context, pod, snapshot, decision);
  } catch (error) {
    // A quota, an admission policy, a right we were not given: people see it where they look.
    const childProblem = childProblemOf(error);
    if (!childProblem) throw error;
    // It holds nobody up: it asks for a turn anew when it is tried again.
    rollout.leave(deploymentKey(connection));
    refusals.note(key, decision.turn, { problem: childProblem, againAt: clock.now().getTime() + CHILD_AGAIN_MS });
    await report(context, informer, connection, decide({ ...snapshot, childProblem }, schemas));
    return requeueAfter(CHILD_AGAIN_MS);
  }
  if (refused) {
    // It has asked again, and until it is answered what was said of it holds.
    await report(context, informer, connection, decide({ ...snapshot, childProblem: refused.problem }, schemas));
    return requeueAfter(CHILD_AGAIN_MS);
  }
  refusals.forget(key);
  await report(context, informer, connection, decision);
  // Nothing else makes its Deployment's controller look before its own pauses are over, of up to a quarter of an hour.
  if (decision.tryAgain) await scaleToZero(context.client, snapshot.deployment);
  const changesInMs = licenseChangesIn(snapshot.license);
  const graceLeftMs = decision.licenseGraceUntil && Date.parse(decision.licenseGraceUntil) - clock.now().getTime();
  const waits = [
    ...(changesInMs === undefined ? [] : [changesInMs + 1000]),
    ...(graceLeftMs && graceLeftMs > 0 ? [graceLeftMs + 1000] : []),
    ...(decision.findings.Deployed.status === 'False' && decision.replicas === 1 ? [POD_AGAIN_MS] : []),
    ...(decision.settlement.finding.reason === 'Stale' ? [STALE_AGAIN_MS] : []),
  ];
  return waits.length === 0 ? DONE : requeueAfter(Math.min(...waits));
}

function childProblemOf(error: unknown): ChildProblem | undefined {
  if (error instanceof NameTaken) return { reason: 'ChildNameTaken', message: error.message };
  if (!isApiError(error, 'Forbidden', 'Invalid')) return undefined;
  return { reason: 'ChildRefused', message: `the API server refused a child: ${error.message}` };
}

/** Labels for lists, and the finalizer: before the first child, so that no pod outlives its connection unseen. */
async function claim(
  { applier }: Context,
  informer: Informer<AnyConnection>,
  { connection, store, driver }: ConnectionSnapshot,
  { accepted }: ConnectionDecision,
): Promise<void> {
  const hold = accepted || connection.metadata.finalizers?.includes(FINALIZER);
  await applier.apply(informer, connection, {
    metadata: { labels: filterLabels(connection, store, driver), ...(hold ? { finalizers: [FINALIZER] } : {}) },
  });
}

/** Notes in the book that it waits, or does not. */
function takePlace({ rollout }: Context, connection: AnyConnection, { turn }: ConnectionDecision): void {
  const key = deploymentKey(connection);
  if (turn?.waits) rollout.wait(key, turn.revision);
  // A turn that was given is kept until the Deployment shows it: it counts as not Ready until then.
  else if (!turn || !rollout.waiter(key)?.grant) rollout.leave(key);
}

async function applyChildren(
  context: Context,
  pod: PodSettings,
  { connection, store, driver, credential, deployment }: ConnectionSnapshot,
  { accepted, leftAlone, replicas, turn }: ConnectionDecision,
): Promise<void> {
  const { applier, informers } = context;
  if (leftAlone) return;
  // Without its references nobody knows what the children should look like: what runs is stopped, nothing else changes.
  if (!accepted || !store || !driver || !credential) return scaleToZero(context.client, deployment);
  const mark = turn?.waits === false ? turn.mark : undefined;
  for (const { kind, intent } of childrenOf({ connection, store, driver, credential, replicas, mark, pod })) {
    if (kind === 'Deployment' && turn?.waits) continue;
    await applier.applyChild(informers.children[kind], intent);
  }
}

function deploymentKey(connection: AnyConnection): Key {
  return objectKey(podNamespace(connection), childName(connectionKey(connection)));
}

async function report(
  { reporter }: Context,
  informer: Informer<AnyConnection>,
  connection: AnyConnection,
  decision: ConnectionDecision,
): Promise<void> {
  const { findings, settlement, state, effective, feeds, licenseGraceUntil } = decision;
  const fields: Partial<ConnectionStatus> = { state, effective, feeds, licenseGraceUntil };
  await reporter.report(informer, connection, { findings, settlement, fields });
}
