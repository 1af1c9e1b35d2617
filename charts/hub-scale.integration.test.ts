import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import { run } from '../test/cluster/exec.ts';
import {
  BUILD_PATIENCE_MS,
  binaryPath,
  ensureBinaries,
  noLog,
  startControlPlane,
  type ControlPlane,
} from '../test/cluster/index.ts';
import { CHART, rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
const DATABASE = 'hub.database.secretName=db';
const ON = 'hub.autoscaling.enabled=true';

interface Autoscaler {
  readonly spec: {
    readonly scaleTargetRef: object;
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: unknown;
    readonly behavior?: { readonly scaleDown?: { readonly stabilizationWindowSeconds: number } };
  };
}

let plane: ControlPlane;
beforeAll(async () => {
  await ensureBinaries(['helm', 'kubectl'], noLog);
  plane = await startControlPlane({});
}, BUILD_PATIENCE_MS);
afterAll(() => plane?.stop());

const helm = (verb: string, ...values: string[]) =>
  run(
    binaryPath('helm'),
    [...verb.split(' '), 'supercargo', CHART, '-n', 'sc', ...values.flatMap((value) => ['--set', value])],
    { env: plane.adminEnv },
  );
const kubectl = (...args: string[]) => run(binaryPath('kubectl'), ['-n', 'sc', ...args], { env: plane.adminEnv });
const replicas = () => kubectl('get', 'deployment', 'supercargo-hub', '-o', 'jsonpath={.spec.replicas}');

describe('hub.autoscaling', () => {
  it('is a HorizontalPodAutoscaler of the hub, as the API server takes it, with metrics of the owner where he has some', async () => {
    await helm('install --create-namespace', DATABASE, ON, 'hub.autoscaling.maxReplicas=5');
    const own = parse(await kubectl('get', 'hpa', 'supercargo-hub', '-o', 'yaml')) as Autoscaler;
    expect(own.spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'supercargo-hub' },
      ...{ minReplicas: 2, maxReplicas: 5 },
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '600m' } } },
      ],
    });
    const external = 'hub.autoscaling.metrics[0]';
    await helm(
      'upgrade --no-hooks',
      ...[DATABASE, ON, `${external}.type=External`, `${external}.external.metric.name=waiting`],
      ...[`${external}.external.target.type=Value`, `${external}.external.target.value=20`],
      'hub.autoscaling.behavior.scaleDown.stabilizationWindowSeconds=900',
    );
    const changed = parse(await kubectl('get', 'hpa', 'supercargo-hub', '-o', 'yaml')) as Autoscaler;
    expect(changed.spec.metrics).toEqual([
      { type: 'External', external: { metric: { name: 'waiting' }, target: { type: 'Value', value: '20' } } },
    ]);
    expect(changed.spec.behavior?.scaleDown?.stabilizationWindowSeconds).toBe(900);
  });

  it('an upgrade leaves as many hubs as the autoscaler wanted', async () => {
    await kubectl('scale', 'deployment', 'supercargo-hub', '--replicas=4');
    await helm('upgrade --no-hooks', DATABASE, ON, 'logLevel=debug');
    expect(await replicas()).toBe('4');
    // Without it the number is the chart's again.
    await helm('upgrade --no-hooks', DATABASE, 'hub.replicas=2');
    expect(await replicas()).toBe('2');
    expect(await kubectl('get', 'hpa', '-o', 'name')).toBe('');
  });

  it('switched on where there were several it begins with one, as values.yaml says, and stays at what it is given', async () => {
    await helm('upgrade --no-hooks', DATABASE, 'hub.replicas=3');
    expect(await replicas()).toBe('3');
    await helm('upgrade --no-hooks', DATABASE, ON);
    expect(await replicas()).toBe('1');
    await kubectl('scale', 'deployment', 'supercargo-hub', '--replicas=3');
    await helm('upgrade --no-hooks', DATABASE, ON, 'logLevel=debug');
    expect(await replicas()).toBe('3');
  });

  it('is refused with the embedded database, which has one writer, and where no number lies between the bounds', async () => {
    await expect(rendered(ON)).rejects.toThrow('hub.autoscaling needs hub.database.secretName');
    await expect(rendered(ON, DATABASE, 'hub.autoscaling.maxReplicas=1')).rejects.toThrow('less than minReplicas');
  });

  it('is not there unless it is asked for', async () => {
    expect((await rendered(DATABASE)).filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toEqual([]);
  });
});
