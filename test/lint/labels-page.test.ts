import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LABELS } from '../../crds/index.ts';
import { childrenOf } from '../../operator/connection/children.ts';
import { feedRunLabels, filterLabels } from '../../operator/connection/labels.ts';
import { PLAIN_POD } from '../../operator/pod-template.ts';
import { KEY_LABELS } from '../../operator/store/developer-key.ts';
import { aConnection, aCredential, aDriver, aFeed, aStore } from '../support/operator-fixtures.ts';

const connection = aConnection({ warehouse: 'berlin' });
const children = childrenOf({
  connection,
  store: aStore(),
  driver: aDriver(),
  credential: aCredential(),
  replicas: 1,
  pod: {
    image: 'supercargo:1',
    imagePullPolicy: 'IfNotPresent',
    hubUrl: 'http://hub.supercargo:8080',
    installation: 'one',
    shardKeys: [],
    hubNamespace: 'supercargo-system',
    apiServerPorts: [443],
    allowPlainHttp: false,
    privateNetworks: [],
    template: PLAIN_POD,
    apiServerHost: '10.96.0.1',
  },
});

interface Labelled {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly template?: Labelled };
}
const labelsOf = ({ metadata, spec }: Labelled): string[] => [
  ...Object.keys(metadata?.labels ?? {}),
  ...(spec?.template ? labelsOf(spec.template) : []),
];
const sorted = (labels: readonly string[]): string[] => [...new Set(labels)].sort();

it('docs/gitops.md names every label that the operator writes, by what it writes it on', async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'gitops.md'), 'utf8');
  const section = page.split('\n## ').find((part) => part.startsWith('Labels that the operator writes\n')) ?? '';
  const rows = new Map(
    [...section.matchAll(/^\| (\w[^|]*) \| (.*) \|$/gm)].map(([, on, labels]) => [
      on!.split(/[ ,]/)[0]!,
      [...labels!.matchAll(/`([^`]+\/[^`]+)`/g)].map(([, label]) => label!),
    ]),
  );
  const [on = [], run = [], made = [], secret = []] = ['Connection', 'FeedRun', 'what', 'Secret'].map((row) => rows.get(row)); // prettier-ignore
  expect(sorted(on)).toEqual(sorted(Object.keys(filterLabels(connection, aStore(), aDriver()))));
  expect(sorted(run)).toEqual(sorted(Object.keys(feedRunLabels(aFeed()))));
  expect(sorted([...on, ...run, ...made])).toEqual(sorted(children.flatMap(({ intent }) => labelsOf(intent))));
  expect(sorted(secret)).toEqual(sorted(Object.keys(KEY_LABELS)));
  expect(sorted([...on, ...run, ...made])).toEqual(expect.arrayContaining(Object.values(LABELS)));
});
