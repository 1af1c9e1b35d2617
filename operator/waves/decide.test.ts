import { describe, expect, it } from '@jest/globals';
import { planRollout, type Member } from './decide.ts';
import type { RolloutLimits } from './limit.ts';

const LIMITS: RolloutLimits = { first: '1', maxUnavailable: '10%' };
const member = (id: string, over: Partial<Member> = {}): Member => ({
  ...{ id, revision: 'a', granted: false, ready: true, broken: false, late: false },
  ...over,
});
const waiting = (id: string, over: Partial<Member> = {}) => member(id, { wants: 'b', ...over });
const many = (count: number, make: (id: string) => Member) =>
  Array.from({ length: count }, (_, index) => make(`m${String(index).padStart(3, '0')}`));
const going = (members: readonly Member[], limits = LIMITS) => planRollout(members, limits).go.map(({ id }) => id);
const done = (id: string, over: Partial<Member> = {}) => member(id, { revision: 'b', ...over });
const starting = (id: string) => done(id, { ready: false, broken: true });
const late = (id: string) => done(id, { ready: false, broken: true, late: true });

describe('a roll-out', () => {
  it('begins with one, however the members come', () => {
    const members = many(300, waiting);
    expect(going(members)).toEqual(['m000']);
    expect(going([...members].reverse())).toEqual(['m000']);
  });

  it('lets nobody more through while the first one is on its way, or starting', () => {
    const others = many(299, waiting);
    expect(going([waiting('z', { granted: true }), ...others])).toEqual([]);
    expect(going([starting('z'), ...others])).toEqual([]);
  });

  it('goes on in batches of a share of all once the first one is Ready, rounded down and at least one', () => {
    expect(going([done('z'), ...many(299, waiting)])).toHaveLength(30);
    expect(going([done('z'), ...many(18, waiting)])).toHaveLength(1);
    expect(going([done('z'), ...many(3, waiting)])).toHaveLength(1);
  });

  it('lets as many through as the first wave is large, and no more before these are Ready', () => {
    const limits: RolloutLimits = { first: '3', maxUnavailable: '10%' };
    expect(going(many(100, waiting), limits)).toHaveLength(3);
    expect(going([done('x'), starting('y'), starting('z'), ...many(97, waiting)], limits)).toEqual([]);
    expect(going([done('x'), done('y'), done('z'), ...many(97, waiting)], limits)).toHaveLength(10);
  });

  it('of 100% lets all through at once', () => {
    expect(going(many(50, waiting), { first: '100%', maxUnavailable: '100%' })).toHaveLength(50);
  });

  it('stops for those that wait while one is late, and says for which', () => {
    const plan = planRollout([done('x'), late('y'), ...many(98, waiting)], LIMITS);
    expect(plan).toMatchObject({ go: [], waiting: 98, rolling: 1, stoppedBy: [{ id: 'y' }] });
  });

  it('is not called stopped once nobody waits', () => {
    expect(planRollout([done('x'), late('y')], LIMITS)).toMatchObject({ go: [], waiting: 0, stoppedBy: [] });
  });

  it('goes on once the late one is Ready, or is gone', () => {
    expect(going([done('x'), done('y'), ...many(98, waiting)])).toHaveLength(10);
    expect(going([done('x'), ...many(98, waiting)])).toHaveLength(9);
  });

  it('gives a fix to what an earlier wave broke, at once and before all others, whatever stopped it', () => {
    const broken = ['x', 'y', 'z'].map((id) =>
      member(id, { revision: 'b', wants: 'c', ready: false, broken: true, late: true }),
    );
    const others = many(20, (id) => member(id, { wants: 'c' }));
    expect(going([...others, ...broken])).toEqual(['x', 'y', 'z']);
    const under = broken.map((one) => ({ ...one, granted: true }));
    expect(going([...others, ...under])).toEqual([]);
  });

  it('that is taken back heals the broken one, and holds up none of those that never changed', () => {
    const broken = member('x', { revision: 'b', wants: 'a', ready: false, broken: true, late: true });
    expect(planRollout([broken, ...many(19, (id) => member(id))], LIMITS)).toMatchObject({
      go: [{ id: 'x' }],
      waiting: 0,
      stoppedBy: [],
    });
  });

  it('leaves to the last what did not run before, and is not held up by it when it has had its turn', () => {
    const dead = { ready: false };
    expect(going([waiting('a', dead), waiting('b'), waiting('c')])).toEqual(['b']);
    const plan = planRollout([done('a', { ready: false }), done('b'), waiting('c')], LIMITS);
    expect(plan).toMatchObject({ go: [{ id: 'c' }], stoppedBy: [] });
  });

  it('goes through all where none ran before', () => {
    let members = many(5, (id) => waiting(id, { ready: false }));
    for (let step = 0; step < 5; step++) {
      const [next] = planRollout(members, LIMITS).go;
      members = members.map((one) => (one.id === next?.id ? done(one.id, { ready: false }) : one));
    }
    expect(members.every(({ revision }) => revision === 'b')).toBe(true);
  });

  it('of one driver is not stopped by a pod of another that broke in an earlier one', () => {
    const elsewhere = late('y');
    const members = [elsewhere, ...many(20, (id) => member(id, { revision: 'd1', wants: 'd2' }))];
    expect(planRollout(members, LIMITS)).toMatchObject({ go: [{ id: 'm000' }], stoppedBy: [] });
  });
});

/** Numbers that look random and are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296) / 4_294_967_296;
}

describe('whatever pods do, for 200 seeds', () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed + 1);
  /** A step of time: pods that were let through start, get Ready, or break. */
  const step = (members: Member[], random: () => number, failing: number): Member[] =>
    members.map((one) => {
      if (one.granted) return random() < 0.5 ? one : starting(one.id);
      if (!one.broken || one.wants !== undefined) return one;
      const fate = random();
      if (fate < failing) return { ...one, late: true };
      return fate < 0.5 ? done(one.id) : one;
    });
  const grant = (members: Member[], go: readonly Member[]) =>
    members.map((one) => (go.some(({ id }) => id === one.id) ? { ...one, granted: true } : one));
  const out = (members: readonly Member[]) => members.filter(({ granted, broken }) => granted || broken).length;

  it('never more than allowed are not Ready, no more than the first before it was Ready, and nobody goes while one is late', () => {
    for (const seed of seeds) {
      const random = numbers(seed);
      const count = 1 + Math.floor(random() * 60);
      const limits: RolloutLimits = { first: random() < 0.5 ? '1' : '2', maxUnavailable: random() < 0.5 ? '3' : '10%' };
      const allowed = limits.maxUnavailable === '3' ? 3 : Math.max(1, Math.floor(count / 10));
      const first = Math.min(Number(limits.first), allowed);
      let members = many(count, waiting);
      for (let time = 0; time < 300; time++) {
        const { go } = planRollout(members, limits);
        if (members.some((one) => one.late)) expect(go).toEqual([]);
        members = grant(members, go);
        expect(out(members)).toBeLessThanOrEqual(allowed);
        if (members.filter(({ revision, ready }) => revision === 'b' && ready).length < first)
          expect(members.filter(({ revision, granted }) => granted || revision === 'b').length).toBeLessThanOrEqual(
            first,
          );
        members = step(members, random, 0.02);
      }
    }
  });

  it('all get there where no pod stays broken', () => {
    for (const seed of seeds) {
      const random = numbers(seed);
      let members = many(1 + Math.floor(random() * 40), (id) => waiting(id, { ready: random() < 0.9 }));
      for (let time = 0; time < 600; time++) members = step(grant(members, planRollout(members, LIMITS).go), random, 0);
      expect(members.filter(({ revision }) => revision !== 'b')).toEqual([]);
    }
  });
});
