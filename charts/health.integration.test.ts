import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { KINDS as kinds } from '../crds/index.ts';
import { mergeConditions, settledGeneration, settlementConditions, type Settlement } from '../kit/conditions.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
const SCRIPT = join(import.meta.dirname, 'argocd', 'health.lua');
const GITOPS = join(import.meta.dirname, '..', 'docs', 'gitops.md');
const KINDS = kinds.map(({ kind }) => kind);

interface Verdict {
  readonly argo: string;
  readonly argoMessage: string;
  readonly kstatus: string;
  /** By Flux' own kstatus, as with `wait: true` alone. */
  readonly flux: string;
  /** By the health check expressions of docs/gitops.md. */
  readonly fluxExpressions: string;
}

let expressions: string;

beforeAll(async () => {
  await ensureBinaries(['health'], noLog);
  const [, block] = /```yaml\n(healthCheckExprs:[^]*?)```/.exec(await readFile(GITOPS, 'utf8'))!;
  expressions = JSON.stringify((parse(block!) as { healthCheckExprs: object[] }).healthCheckExprs[0]);
});

/** The Lua engine of Argo CD, kstatus' own code and Flux' own code, over all of them at once. */
function judged(objects: readonly object[]): Verdict[] {
  const input = objects.map((object) => JSON.stringify(object)).join('\n');
  const { stdout, stderr, status } = spawnSync(binaryPath('health'), [SCRIPT, expressions], {
    input,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict);
}

const object = (kind: string, generation: number, status?: object) => ({
  apiVersion: 'supercargo.dev/v1beta1',
  kind,
  metadata: { name: 'x', namespace: 'acme', generation },
  spec: {},
  ...(status ? { status } : {}),
});

/** A status as the operator writes it, when it has looked at this generation. */
function settled(state: Settlement['state'], generation = 1): object {
  const settlement: Settlement = { state, finding: { reason: 'Because', message: 'it is so' } };
  const at = { now: new Date('2026-06-01T00:00:00Z'), generation };
  return {
    observedGeneration: settledGeneration(settlement, generation, 0),
    conditions: mergeConditions([], settlementConditions(settlement), at),
  };
}

describe.each(KINDS)('a %s', (kind) => {
  const cases: [string, object, string, string][] = [
    ['that nobody has looked at', object(kind, 1, { observedGeneration: 0 }), 'Progressing', 'InProgress'],
    ['that is Ready', object(kind, 1, settled('Ready')), 'Healthy', 'Current'],
    ['that is under way', object(kind, 1, settled('Reconciling')), 'Progressing', 'InProgress'],
    ['that a person must mend', object(kind, 1, settled('Stalled')), 'Degraded', 'Failed'],
    ['that rests by wish', object(kind, 1, settled('Resting')), 'Suspended', 'Current'],
    ['that was Ready before an edit', object(kind, 2, settled('Ready', 1)), 'Progressing', 'InProgress'],
    ['that was Stalled before an edit', object(kind, 2, settled('Stalled', 1)), 'Progressing', 'InProgress'],
  ];
  it.each(cases)('%s', (_what, resource, argo, kstatus) => {
    const [verdict] = judged([resource]);
    expect(verdict).toMatchObject({ argo, kstatus, flux: kstatus, fluxExpressions: kstatus });
    expect(verdict!.argoMessage).not.toBe('');
  });

  it('without any status is under way for Argo CD', () => {
    expect(judged([object(kind, 1)])[0]).toMatchObject({ argo: 'Progressing' });
  });
});

it('the ConfigMap for Argo CD has the script for every kind, under keys that a ConfigMap can have', async () => {
  const patch = parse(await readFile(join(import.meta.dirname, 'argocd', 'argocd-cm.yaml'), 'utf8')) as {
    data: Record<string, string>;
  };
  const script = await readFile(SCRIPT, 'utf8');
  expect(Object.keys(patch.data).sort()).toEqual(
    KINDS.map((kind) => `resource.customizations.health.supercargo.dev_${kind}`).sort(),
  );
  for (const [key, text] of Object.entries(patch.data)) {
    expect(key).toMatch(/^[-._a-zA-Z0-9]+$/);
    expect(text).toBe(script);
  }
});
