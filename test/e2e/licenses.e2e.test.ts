import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { run } from '../cluster/exec.ts';
import { RELEASE_NAMESPACE } from '../cluster-demo/install.ts';
import { waitFor } from '../demo/steps.ts';
import { connectE2e, shopObjects, type E2e } from './context.ts';

jest.setTimeout(240_000);

const CHART = join(import.meta.dirname, '..', '..', 'charts', 'supercargo');
const NAMESPACES = ['e2e-seat-a', 'e2e-seat-b', 'e2e-seat-c'];

describe('a license of two seats for three stores', () => {
  let e2e: E2e;

  const license = (stores: readonly string[]) => ({
    apiVersion: 'supercargo.dev/v1beta1',
    kind: 'License',
    metadata: { name: 'e2e' },
    spec: {
      plan: 'team',
      seats: 2,
      stores: stores.map((namespace, index) => ({
        namespace,
        name: 'main',
        assignedAt: `2026-01-0${index + 1}T00:00:00Z`,
      })),
    },
  });
  const licensed = (namespace: string) => e2e.kubectl.condition('connections', 'shop', namespace, 'Licensed');
  const until = (what: string, check: () => Promise<boolean>) =>
    waitFor(what, 90_000, async () => ((await check()) ? true : undefined));
  const pods = async (namespace: string) => (await e2e.kubectl.list('pods', namespace)).length;

  beforeAll(async () => {
    e2e = await connectE2e();
    await e2e.kubectl.apply([license(NAMESPACES)]);
    for (const namespace of NAMESPACES) {
      await e2e.kubectl.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
      // Nothing listens there: whether a pod may run does not depend on the store.
      await e2e.kubectl.apply(
        shopObjects({ namespace, url: 'http://127.0.0.1:9/admin-api', apiKey: 'x', feeds: {} }),
        namespace,
      );
    }
  });

  /** What the chart is told of licences; an upgrade, as its owner would do it. */
  const upgrade = (...values: string[]) =>
    run(
      'helm',
      [
        ...['upgrade', 'supercargo', CHART, '--namespace', RELEASE_NAMESPACE, '--reuse-values', '--wait'],
        ...values.flatMap((value) => ['--set', value]),
      ],
      { env: e2e.cluster.adminEnv, timeout: 240_000 },
    );

  afterAll(async () => {
    await upgrade('requireLicense=false', 'licenseGracePeriod=14d');
    await e2e.kubectl.run('delete', 'license', 'e2e', '--ignore-not-found');
    for (const namespace of NAMESPACES)
      await e2e.kubectl.run('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
  });

  it('stops nobody while none is required, and says to the third that it would', async () => {
    await until('the third without', async () => (await licensed('e2e-seat-c')).startsWith('False (SeatsExhausted)'));
    await until('pods of all three', async () => {
      const counts = await Promise.all(NAMESPACES.map(pods));
      return counts.every((count) => count === 1);
    });
  });

  it('once one is required seats the two that were assigned first, and says to the third that seats are exhausted', async () => {
    await upgrade('requireLicense=true', 'licenseGracePeriod=0s');
    await until(
      'two seats',
      async () =>
        (await licensed('e2e-seat-a')).startsWith('True') && (await licensed('e2e-seat-b')).startsWith('True'),
    );
    await until('the third without', async () => (await licensed('e2e-seat-c')).startsWith('False (SeatsExhausted)'));
    await until(
      'pods of the first two alone',
      async () =>
        (await pods('e2e-seat-a')) === 1 && (await pods('e2e-seat-b')) === 1 && (await pods('e2e-seat-c')) === 0,
    );
    // Worked out by itself, before or after what the connections say.
    await until('two seats taken', async () => (await e2e.kubectl.get('licenses', 'e2e'))?.status?.['seatsUsed'] === 2);
  });

  it('gives a freed seat to the next in line, and stops the pod of the store that lost it', async () => {
    await e2e.kubectl.apply([license(['e2e-seat-b', 'e2e-seat-c'])]);
    await until('the seat to move on', async () => (await licensed('e2e-seat-c')).startsWith('True'));
    await until('the first without', async () => (await licensed('e2e-seat-a')).startsWith('False (NotAssigned)'));
    await until('the pods to follow', async () => (await pods('e2e-seat-a')) === 0 && (await pods('e2e-seat-c')) === 1);
  });
});
