import { describe, expect, it } from '@jest/globals';
import { intentDigest, ownedDigest } from './owned.ts';

const intent = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', namespace: 'n', labels: { x: '1' }, finalizers: ['ours/f'] },
  spec: { replicas: 1, args: ['b', 'a'], containers: [{ name: 'sync', image: 'i', emptyDir: {} }] },
};

/** The live object: defaults of the server, a label and a finalizer of others, a container that was injected. */
const live = (change: (object: ReturnType<typeof base>) => void = () => {}) => {
  const object = base();
  change(object);
  return object;
};

function base() {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'a',
      namespace: 'n',
      resourceVersion: '5',
      labels: { x: '1', theirs: '2' } as Record<string, string>,
      finalizers: ['theirs/f', 'ours/f'],
      managedFields: [
        { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:paused': {} } } },
        {
          manager: 'operator',
          operation: 'Apply',
          fieldsV1: {
            'f:metadata': { 'f:labels': { 'f:x': {} }, 'f:finalizers': { 'v:"ours/f"': {} } },
            'f:spec': {
              'f:replicas': {},
              'f:args': {},
              'f:containers': { 'k:{"name":"sync"}': { '.': {}, 'f:name': {}, 'f:image': {}, 'f:emptyDir': {} } },
            },
          },
        },
        { manager: 'operator', operation: 'Apply', subresource: 'status', fieldsV1: { 'f:status': { 'f:state': {} } } },
      ],
    },
    spec: {
      replicas: 1,
      paused: false,
      args: ['b', 'a'],
      containers: [
        { name: 'injected' },
        { name: 'sync', image: 'i', emptyDir: {}, terminationMessagePath: '/dev/x' },
      ] as Record<string, unknown>[],
    },
    status: { state: 'Running', replicas: 1 },
  };
}

describe('what a field manager owns', () => {
  it('is the intent again, without defaults and without what others added', () => {
    expect(ownedDigest(live(), 'operator')).toBe(intentDigest(intent));
  });

  it('is kept apart by subresource', () => {
    expect(ownedDigest(live(), 'operator', 'status')).toBe(intentDigest({ status: { state: 'Running' } }));
  });

  it('is nothing where the manager never applied', () => {
    const [by, without] = [
      ownedDigest(live(), 'someone'),
      ownedDigest(
        live(({ metadata }) => (metadata.managedFields = [])),
        'operator',
      ),
    ];
    expect(by).toBe(without);
    expect(by).not.toBe(intentDigest({}));
  });

  const drifts: [string, (object: ReturnType<typeof base>) => void][] = [
    [
      'a value that was changed',
      (object) => {
        object.spec.replicas = 3;
      },
    ],
    [
      'an entry of a keyed list that was removed',
      (object) => {
        object.spec.containers.pop();
      },
    ],
    [
      'a label that was removed',
      (object) => {
        delete object.metadata.labels['x'];
      },
    ],
    [
      'a finalizer that was removed',
      (object) => {
        object.metadata.finalizers = ['theirs/f'];
      },
    ],
  ];
  it.each(drifts)('shows %s', (_what, change) => {
    expect(ownedDigest(live(change), 'operator')).not.toBe(intentDigest(intent));
  });

  it('differs when the intent drops a field it applied before', () => {
    const { args: _args, ...spec } = intent.spec;
    expect(intentDigest({ ...intent, spec })).not.toBe(ownedDigest(live(), 'operator'));
  });

  it.each<[string, object, object]>([
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['texts that run into one another', { a: ['b', 'c'] }, { a: ['bs1:c'] }],
    ['a name that looks like what follows it', { 'a1:b': 1 }, { a: { b: 1 } }],
    ['a list and its only entry', { a: ['b'] }, { a: 'b' }],
    ['one entry and the same twice', { a: ['b'] }, { a: ['b', 'b'] }],
    ['true and its text', { a: true }, { a: 'true' }],
  ])('tells apart %s', (_what, one, other) => {
    expect(intentDigest(one)).not.toBe(intentDigest(other));
  });

  it.each<[string, object, object]>([
    ['names in another order', { a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 }],
    ['entries in another order', { a: ['b', 'c'] }, { a: ['c', 'b'] }],
    ['what is undefined or empty, and what is not there', { a: 1, b: undefined, c: {} }, { a: 1 }],
  ])('does not tell apart %s', (_what, one, other) => {
    expect(intentDigest(one)).toBe(intentDigest(other));
  });
});
