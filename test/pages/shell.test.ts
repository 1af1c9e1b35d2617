import { describe, expect, it } from '@jest/globals';
import { commandLine, filled } from './shell.ts';

describe("a reader's own names", () => {
  it('stand in place of the names of the page, the longest first', () => {
    const fill = { NAMESPACE: 'acme', 'RELEASE-NAMESPACE': 'system', RELEASE: 'rel', NAME: 'shop' };
    expect(filled('-n RELEASE-NAMESPACE svc/RELEASE-hub sync-NAME NAMESPACE:x', fill)).toBe(
      '-n system svc/rel-hub sync-shop acme:x',
    );
  });

  it('do not stand in place of variables, nor of parts of words', () => {
    expect(filled('KEY=$KEY "$SECRET" KEYS', { KEY: 'k', SECRET: 's', KEYS: 'all' })).toBe('k=$KEY "$SECRET" all');
  });

  it('may be small letters and signs', () => {
    expect(filled('helm install a … 127.0.0.1:8080', { '…': '-n b', '127.0.0.1:8080': 'h' })).toBe(
      'helm install a -n b h',
    );
  });
});

it('a command that stays is a process of its own, whether the page sends it into the background or not', () => {
  expect(commandLine({ text: 'kubectl port-forward X &', world: 'cluster', stays: /./ }, { X: 'a' })).toBe(
    'exec kubectl port-forward a',
  );
});
