import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { QUANTITY_PATTERN } from '../crds/index.ts';
import type { KubeClient } from '../kit/kube/client.ts';
import { createClient } from '../kit/kube/kube-config.ts';
import type { KubeObject } from '../kit/kube/objects.ts';
import { startControlPlane, type ControlPlane } from '../test/cluster/index.ts';
import { canonicalQuantity } from './connection/quantity.ts';
import { CHILD_TYPES } from './resources.ts';

jest.setTimeout(60_000);

let controlPlane: ControlPlane;
let client: KubeClient;

beforeAll(async () => {
  controlPlane = await startControlPlane({});
  const config = new KubeConfig();
  config.loadFromFile(controlPlane.kubeconfig);
  client = createClient(config);
}, 120_000);

afterAll(async () => {
  await client?.close();
  await controlPlane?.stop();
});

interface Deployed extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: { readonly resources: { limits: { memory: string } } }[] };
    };
  };
}

/** What the API server gives back of these amounts. */
async function readBack(amounts: readonly string[]): Promise<string[]> {
  const labels = { app: 'amounts' };
  const containers = amounts.map((memory, index) => ({
    ...{ name: `c${index}`, image: 'none' },
    resources: { limits: { memory } },
  }));
  const deployed = await client.apply<Deployed>(
    CHILD_TYPES.Deployment,
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'amounts', namespace: 'default' } },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    },
    { manager: 'test', force: true },
  );
  return deployed.spec.template.spec.containers.map(({ resources }) => resources.limits.memory);
}

const DIGITS = [
  ...['0', '1', '7', '00012', '999', '1000', '1024', '1536', '100000', '123456789', '9007199254740993'],
  ...['9223372036854775807', '0.0001', '0.1', '0.3', '0.5', '1.3', '4.35', '16.1', '0.9765625', '1.953125'],
];
const SUFFIXES = ['', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const EXPONENTS = ['e0', 'E3', 'e+2', 'e9', 'e18', 'e-1', 'e-3', 'E-18'];
const AMOUNTS = DIGITS.flatMap((digits) => [...SUFFIXES, ...EXPONENTS].map((end) => `${digits}${end}`));

describe('an amount of a pod', () => {
  it('is read back as it was sent: one that is not would be written for ever', async () => {
    expect(AMOUNTS.filter((amount) => !new RegExp(QUANTITY_PATTERN).test(amount))).toEqual([]);
    const sent = AMOUNTS.map(canonicalQuantity);
    const kept = await readBack(sent);
    expect(AMOUNTS.map((amount, index) => [amount, kept[index]])).toEqual(
      AMOUNTS.map((amount, index) => [amount, sent[index]]),
    );
  });

  it('is the one that was asked for', async () => {
    // Of more than there can be the API server makes something else than the most.
    const asked = AMOUNTS.filter((amount) => !/^(1000|100000|123456789|90.*|92.*)[PE]/.test(amount));
    const kept = await readBack(asked);
    expect(kept.map(canonicalQuantity)).toEqual(asked.map(canonicalQuantity));
  });
});
