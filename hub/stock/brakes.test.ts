import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BRAKE_MIN_WRITES } from '../base/plan-digest.ts';
import { heldLevels } from './brakes.ts';

type Plan = Parameters<typeof heldLevels>[0][number];

const plans = fc
  .array(
    fc.record({
      quantity: fc.integer({ min: 0, max: 5 }),
      before: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
    }),
    { maxLength: 80 },
  )
  .map((levels) => levels.map((level, index): Plan => ({ id: index + 1, ...level })));
const brakes = fc.record({
  maxZeroedPercent: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  maxStockChangePercent: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
});

describe('a plan of stock levels', () => {
  it('is never held at or below what the Store allows, nor when it is small, and always above', () => {
    fc.assert(
      fc.property(plans, brakes, (plan, allowed) => {
        const zeroed =
          plan.filter(({ quantity, before }) => quantity === 0 && before !== 0).length / Math.max(1, plan.length);
        const known = plan.filter(({ before }) => before !== null);
        const pieces = known.reduce((sum, { before }) => sum + before!, 0);
        const change =
          pieces === 0
            ? 0
            : known.reduce((sum, { quantity, before }) => sum + Math.abs(quantity - before!), 0) / pieces;
        const tooMany = zeroed > (allowed.maxZeroedPercent ?? 20) / 100 + 1e-12;
        const tooMuch =
          allowed.maxStockChangePercent !== undefined && change > allowed.maxStockChangePercent / 100 + 1e-12;
        expect(heldLevels(plan, allowed) !== undefined).toBe(plan.length >= BRAKE_MIN_WRITES && (tooMany || tooMuch));
      }),
      { numRuns: 500 },
    );
  });

  it('has a digest that releases exactly it: the same plan has the same, any other change another', () => {
    const everything = { maxZeroedPercent: 0, maxStockChangePercent: 1 };
    const held = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: BRAKE_MIN_WRITES, maxLength: 60 })
      .map((quantities) => [
        { id: 1, quantity: 0, before: 9 },
        ...quantities.map((quantity, index) => ({ id: index + 2, quantity, before: 5 })),
      ]);
    fc.assert(
      fc.property(held, fc.nat(), fc.integer({ min: 1, max: 5 }), (plan, at, more) => {
        const { digest } = heldLevels(plan, everything)!;
        expect(
          heldLevels(
            plan.map((level) => ({ ...level })),
            everything,
          )!.digest,
        ).toBe(digest);
        const index = 1 + (at % (plan.length - 1));
        const others = [
          plan.with(index, { ...plan[index]!, quantity: plan[index]!.quantity + more }),
          plan.with(index, { ...plan[index]!, id: 1000 }),
          [...plan, { id: 1001, quantity: 3, before: 3 }],
          plan.toSpliced(index, 1),
        ];
        for (const other of others) expect(heldLevels(other, everything)?.digest).not.toBe(digest);
      }),
    );
  });

  it('says by how much it is over, and by which brake', () => {
    const plan = Array.from({ length: 20 }, (_, index) => ({ id: index, quantity: index < 10 ? 0 : 30, before: 10 }));
    expect(heldLevels(plan, { maxZeroedPercent: 20, maxStockChangePercent: 100 })!.summary).toBe(
      '10 of 20 stock levels would be set to zero, the Store allows 20 % (brakes.maxZeroedPercent); 20 stock levels would change by 300 pieces of 200, the Store allows 100 % (brakes.maxStockChangePercent)',
    );
  });
});
