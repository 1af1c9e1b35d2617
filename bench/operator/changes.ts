import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION, childName, resourceType } from '../../crds/index.ts';
import type { KubeClient } from '../../kit/kube/client.ts';
import type { KubeObject } from '../../kit/kube/objects.ts';
import { CHILD_TYPES } from '../../operator/resources.ts';
import { connectionSpec, placeOf } from './fleet.ts';

interface PodLimits extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly [{ readonly resources?: { limits?: { memory?: string } } }] };
    };
  };
}

/** Milliseconds of each change, sorted. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: readonly number[];
}

const GIVE_UP_MS = 120_000;

/**
 * Changes connections one after the other, at fixed times whatever becomes of those before, and waits for each until
 * its Deployment shows it. Counted from when the API server had taken the change; looked for each 10 ms, later each
 * twentieth of the time so far.
 */
export async function changes(
  client: KubeClient,
  at: { readonly connections: number; readonly perSecond: number; readonly seconds: number; readonly memory: number },
): Promise<Latencies> {
  const count = at.perSecond * at.seconds;
  const step = Math.max(1, Math.floor((at.connections - 1) / count));
  const started = performance.now();
  const samples = await Promise.all(
    Array.from({ length: count }, async (_, number) => {
      await sleep(Math.max(0, started + (number * 1000) / at.perSecond - performance.now()));
      // Never number 0, which is the broken one.
      // An odd number of MiB: the operator writes 2048Mi as 2Gi.
      return change(client, 1 + ((number * step) % (at.connections - 1)), `${at.memory + 2 * number + 1}Mi`);
    }),
  );
  const sorted = samples.sort((a, b) => a - b);
  const quantile = (part: number) => Math.round(sorted[Math.ceil(part * sorted.length) - 1]!);
  return { p50: quantile(0.5), p99: quantile(0.99), max: Math.round(sorted.at(-1)!), samples: sorted.map(Math.round) };
}

async function change(client: KubeClient, index: number, memory: string): Promise<number> {
  const { namespace, name } = placeOf(index);
  await setMemory(client, index, memory);
  const taken = performance.now();
  const child = childName({ kind: 'Connection', name });
  for (;;) {
    const found = await client.find<PodLimits>(CHILD_TYPES.Deployment, child, namespace).catch(() => undefined);
    const waited = performance.now() - taken;
    if (found?.spec.template.spec.containers[0].resources?.limits?.memory === memory) return waited;
    if (waited > GIVE_UP_MS) throw new Error(`the change of ${namespace}/${name} was not carried out in ${waited} ms`);
    await sleep(Math.max(10, waited / 20));
  }
}

/** The memory that the connection's pod may have; the one that is broken has less than it asks for. */
export async function setMemory(client: KubeClient, index: number, memory: string): Promise<void> {
  await client.apply(
    resourceType('Connection'),
    { ...{ apiVersion: API_VERSION, kind: 'Connection', metadata: placeOf(index) }, spec: connectionSpec({ memory }) },
    { manager: 'bench' },
  );
}
