import { timestamp } from '../../kit/conditions.ts';
import type { Reconcile } from '../../kit/controller.ts';
import { keyOf } from '../../kit/kube/objects.ts';
import { DONE, requeueAtFirst } from '../../kit/outcome.ts';
import { PRIORITY } from '../../kit/queue.ts';
import type { Context } from '../context.ts';
import type { Enqueue } from '../triggers.ts';
import { planRollout, type Member } from '../waves/decide.ts';
import { connectionOf, gatherRollout } from './gather.ts';

/** Lets connections through to what the installation wants for their pods, and says where it stops. */
export function rolloutReconciler(context: Context, enqueue: Enqueue): Reconcile {
  const { informers, rollout, recorder, config, clock } = context;
  let told = new Set<string>();
  return async (_key, { log }) => {
    // Each change of a Deployment leads here: where nobody waits no other one is looked at.
    if (rollout.size === 0) {
      told = new Set();
      return DONE;
    }
    const now = clock.now();
    const view = gatherRollout(informers, { book: rollout, installation: config.installation, now });
    for (const key of view.over) rollout.leave(key);
    const plan = planRollout(view.members, config.rollout);
    for (const member of plan.go) {
      // What did not run before shows nothing when it does not run after.
      const counts = member.ready || member.broken;
      rollout.grant(member.id, { revision: member.wants!, ...(counts ? { rolledAt: timestamp(now) } : {}) });
      look(member);
    }
    for (const member of plan.stoppedBy) if (!told.has(nameOf(member))) tellStopped(member, plan.waiting);
    told = new Set(plan.stoppedBy.map(nameOf));
    return requeueAtFirst(view.nextLateInMs);

    function look({ id }: Member): void {
      const connection = connectionAt(id);
      if (!connection) return;
      const controller = connection.kind === 'ClusterConnection' ? 'clusterconnection' : 'connection';
      enqueue(controller, keyOf(connection), { priority: PRIORITY.changed });
    }

    function tellStopped({ id }: Member, waiting: number): void {
      const connection = connectionAt(id);
      if (!connection) return;
      log().warn({ deployment: id, waiting }, 'the roll-out has stopped: a sync pod that was let through is not Ready');
      recorder.record(connection, {
        type: 'Warning',
        reason: 'RolloutStopped',
        action: 'RollOut',
        message: `the roll-out of ${config.syncImage} has stopped: the sync pod of this connection has not become Ready with it. ${waiting} other pods stay as they are. Mend this one or take the change back; with spec.enabled: false it no longer holds the others up`,
      });
    }
  };

  function connectionAt(id: string) {
    const deployment = informers.deployments.get(id);
    return deployment && connectionOf(informers, deployment);
  }
}

function nameOf({ id, revision }: Member): string {
  return `${id} ${revision}`;
}
