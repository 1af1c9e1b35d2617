import { describe, expect, it } from '@jest/globals';
import { aDeployment } from '../../test/support/operator-fixtures.ts';
import { annotationsOf, type Mark } from './mark.ts';
import { turnOf } from './turn.ts';

const live = (mark?: Mark, replicas = 1) => {
  const { metadata, ...rest } = aDeployment({}, replicas);
  return { ...rest, metadata: { ...metadata, ...(mark ? { annotations: annotationsOf(mark) } : {}) } };
};
const OLD: Mark = { revision: 'old', own: 'mine', rolledAt: '2026-01-01T00:00:00Z' };
const facts = { replicas: 1 as const, revision: 'new', own: 'mine', grant: undefined };
const NOW = { waits: false, mark: { revision: 'new', own: 'mine' } };

describe('a Deployment', () => {
  it('that runs waits for what the installation changed', () => {
    expect(turnOf({ ...facts, deployment: live(OLD) })).toEqual({ waits: true, revision: 'new' });
  });

  it('of an earlier release, which says nothing of itself, waits too', () => {
    expect(turnOf({ ...facts, deployment: live() })).toEqual({ waits: true, revision: 'new' });
  });

  it('goes with its turn, and notes when', () => {
    const grant = { revision: 'new', rolledAt: '2026-02-01T00:00:00Z' };
    expect(turnOf({ ...facts, deployment: live(OLD), grant })).toEqual({
      waits: false,
      mark: { revision: 'new', own: 'mine', rolledAt: '2026-02-01T00:00:00Z' },
    });
  });

  it('does not go with a turn that was given for something else', () => {
    expect(turnOf({ ...facts, deployment: live(OLD), grant: { revision: 'between' } })).toMatchObject({ waits: true });
  });

  it.each<[string, Parameters<typeof turnOf>[0]]>([
    ['that is the first one', { ...facts, deployment: undefined }],
    ['whose pod is stopped', { ...facts, deployment: live(OLD, 0) }],
    ['whose connection changed itself', { ...facts, deployment: live({ ...OLD, own: 'as it was' }) }],
  ])('%s goes at once', (_, given) => {
    expect(turnOf(given)).toEqual(NOW);
  });

  it('that is to stop does so at once', () => {
    expect(turnOf({ ...facts, replicas: 0, deployment: live(OLD) })).toEqual(NOW);
  });

  it('keeps its mark while nothing changes, so that nothing is written, and loses it when the connection changes', () => {
    const mark = { ...OLD, revision: 'new' };
    expect(turnOf({ ...facts, deployment: live(mark) })).toEqual({ waits: false, mark });
    expect(turnOf({ ...facts, own: 'other', deployment: live(mark) })).toEqual({
      waits: false,
      mark: { revision: 'new', own: 'other' },
    });
  });
});
