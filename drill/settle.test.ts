import { describe, expect, it } from '@jest/globals';
import type { Observation } from './control.ts';
import { Settling } from './settle.ts';

const at = (seconds: number) => new Date(seconds * 1000);
const seen = (arrived: boolean, parcels = 0, webhooks = 0, doubled = false): Observation => ({
  instance: 'i',
  open: { parcels, webhooks },
  observed: {
    placed: ['A'],
    known: arrived ? [{ id: '1', number: 'A' }, ...(doubled ? [{ id: '2', number: 'A' }] : [])] : [],
    shipped: [{ number: 'A', trackingCode: 'T' }],
    parcels: [{ number: 'A', trackingCode: 'T' }],
    told: [{ number: 'A', id: 'w' }],
    stock: { set: 1, atShop: 1 },
  },
});

describe('peace', () => {
  it('is over when nothing is missing and nothing is open, doubled ones or not', () => {
    expect(new Settling(at(0), 300_000).look(at(1), seen(true))).toBe('Settled');
    expect(new Settling(at(0), 300_000).look(at(1), seen(true, 0, 0, true))).toBe('Settled');
  });

  it('is not while a parcel or a webhook is on its way: it could still arrive twice', () => {
    expect(new Settling(at(0), 300_000).look(at(1), seen(true, 1))).toBe('Waiting');
    expect(new Settling(at(0), 300_000).look(at(1), seen(true, 0, 1))).toBe('Waiting');
  });

  it('says that something is lost only when nothing has moved for longer than a minute and a late commit', () => {
    const settling = new Settling(at(0), 600_000);
    expect(settling.look(at(1), seen(false, 1))).toBe('Waiting');
    expect(settling.look(at(100), seen(false))).toBe('Waiting');
    expect(settling.look(at(200), seen(false))).toBe('Waiting');
    expect(settling.look(at(321), seen(false))).toBe('AtRest');
  });

  it('says nothing where things were still open in the end', () => {
    const settling = new Settling(at(0), 300_000);
    expect(settling.look(at(1), seen(false, 1))).toBe('Waiting');
    expect(settling.look(at(301), seen(false, 1))).toBe('TimedOut');
  });
});
