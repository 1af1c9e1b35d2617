import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planParcel, type ShippableLine, type WantedLine } from './parcel.ts';

const plain = (id: string, sku: string, quantity: number, more: Partial<ShippableLine> = {}): ShippableLine => ({
  id,
  skus: [sku],
  quantity,
  fulfilled: 0,
  reported: 0,
  components: [],
  ...more,
});
const kit = (
  id: string,
  sku: string,
  quantity: number,
  parts: Record<string, number>,
  more: Partial<ShippableLine> = {},
): ShippableLine => ({
  ...plain(id, sku, quantity),
  components: Object.entries(parts).map(([part, perKit]) => ({ sku: part, perKit, reported: 0 })),
  ...more,
});

/** The lines as they are after a parcel, as shipments.ts would read them. */
function after(lines: readonly ShippableLine[], parcel: ReturnType<typeof planParcel>): ShippableLine[] {
  return lines.map((line) => ({
    ...line,
    reported: line.reported + (parcel.lines.find(({ lineId }) => lineId === line.id)?.quantity ?? 0),
    components: line.components.map((part) => ({
      ...part,
      reported:
        part.reported +
        (parcel.components.find(({ lineId, sku }) => lineId === line.id && sku === part.sku)?.quantity ?? 0),
    })),
  }));
}

describe('a parcel of an order that goes to several addresses', () => {
  const lines = [
    plain('1', 'A', 2, { deliveryId: 'home' }),
    plain('2', 'A', 1, { deliveryId: 'work' }),
    plain('3', 'CARD', 1),
    { ...kit('4', 'SET', 1, { A: 1 }), deliveryId: 'work' },
  ];

  it('takes what is open of its own delivery, and of a SKU no piece that goes elsewhere', () => {
    expect(planParcel(lines, undefined, 'work')).toEqual({
      lines: [
        { lineId: '2', quantity: 1 },
        { lineId: '3', quantity: 1 },
        { lineId: '4', quantity: 1 },
      ],
      components: [{ lineId: '4', sku: 'A', quantity: 1 }],
    });
    expect(planParcel(lines, [{ sku: 'A', quantity: 2 }], 'home').lines).toEqual([{ lineId: '1', quantity: 2 }]);
    expect(() => planParcel(lines, [{ sku: 'A', quantity: 3 }], 'home')).toThrow(/has 2 open/);
    expect(() => planParcel(lines, undefined, 'moon')).toThrow(/no delivery "moon"/);
  });

  it('is refused where it would go to two addresses', () => {
    const two = /goes to 2 addresses \(deliveries home, work\)/;
    expect(() => planParcel(lines, undefined)).toThrow(two);
    expect(() => planParcel(lines, [{ sku: 'A', quantity: 3 }])).toThrow(two);
    expect(
      planParcel(lines, [
        { lineId: '1', quantity: 2 },
        { lineId: '3', quantity: 1 },
      ]).lines,
    ).toHaveLength(2);
  });
});

describe('a parcel', () => {
  it('without lines takes all that is open', () => {
    const lines = [plain('1', 'A', 3, { reported: 1 }), kit('2', 'SET', 1, { B: 1, C: 2 })];
    expect(planParcel(lines, undefined)).toEqual({
      lines: [
        { lineId: '1', quantity: 2 },
        { lineId: '2', quantity: 1 },
      ],
      components: [
        { lineId: '2', sku: 'B', quantity: 1 },
        { lineId: '2', sku: 'C', quantity: 2 },
      ],
    });
    expect(() => planParcel(after(lines, planParcel(lines, undefined)), undefined)).toThrow(
      'every line of the order is shipped or cancelled',
    );
  });

  it('counts what a person fulfilled at the store as gone', () => {
    expect(() => planParcel([plain('1', 'A', 2, { fulfilled: 1 })], [{ sku: 'A', quantity: 2 }])).toThrow(
      'line "A" has 1 open, 2 were to be shipped',
    );
  });

  it('spreads a SKU over the lines that have it, lines of their own before kits', () => {
    const lines = [kit('1', 'SET', 1, { A: 1, B: 1 }), plain('2', 'A', 1), plain('3', 'A', 1)];
    expect(planParcel(lines, [{ sku: 'A', quantity: 3 }])).toEqual({
      lines: [
        { lineId: '2', quantity: 1 },
        { lineId: '3', quantity: 1 },
      ],
      components: [{ lineId: '1', sku: 'A', quantity: 1 }],
    });
  });

  it('of parts of a kit tells the store nothing until the kit is whole, and then the whole kits alone', () => {
    let lines = [kit('1', 'SET', 2, { B: 1, C: 2 })];
    const first = planParcel(lines, [
      { sku: 'B', quantity: 2 },
      { sku: 'C', quantity: 1 },
    ]);
    expect(first.lines).toEqual([]);
    lines = after(lines, first);
    const second = planParcel(lines, [{ sku: 'C', quantity: 2 }]);
    expect(second.lines).toEqual([{ lineId: '1', quantity: 1 }]);
    lines = after(lines, second);
    expect(planParcel(lines, undefined)).toEqual({
      lines: [{ lineId: '1', quantity: 1 }],
      components: [{ lineId: '1', sku: 'C', quantity: 1 }],
    });
  });

  it('names a kit whole only as often as all its components are open', () => {
    const lines = after([kit('1', 'SET', 2, { B: 1, C: 1 })], {
      lines: [],
      components: [{ lineId: '1', sku: 'B', quantity: 1 }],
    });
    expect(() => planParcel(lines, [{ sku: 'SET', quantity: 2 }])).toThrow('has 1 open');
    expect(planParcel(lines, [{ lineId: '1', quantity: 1 }]).lines).toEqual([{ lineId: '1', quantity: 1 }]);
  });

  it('refuses what the order does not have, and says what could be named', () => {
    expect(() => planParcel([plain('1', 'A', 1)], [{ sku: 'X', quantity: 1 }])).toThrow(
      'the order has no line "X": use lineId or sku of its lines, or the SKU of a kit\'s component',
    );
  });
});

describe('whatever parcels are reported', () => {
  const skus = ['A', 'B', 'C', 'SET', 'BOX'];
  const orderLines = fc
    .tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([a, sets, b, c, boxes]) => [
      plain('1', 'A', a),
      kit('2', 'SET', sets, { A: 1, B: b, C: c }),
      kit('3', 'BOX', boxes, { C: 2 }),
    ]);
  const parcels = fc.array(
    fc.array(
      fc.record({
        sku: fc.constantFrom(...skus),
        quantity: fc.integer({ min: 1, max: 4 }),
      }) as fc.Arbitrary<WantedLine>,
      { minLength: 1, maxLength: 3 },
    ),
    { maxLength: 8 },
  );

  it('no line and no component is shipped more than ordered, and the store has a kit exactly when all of its components are gone', () => {
    fc.assert(
      fc.property(orderLines, parcels, (start, wanted) => {
        let lines: ShippableLine[] = start;
        for (const each of wanted) {
          try {
            lines = after(lines, planParcel(lines, each));
          } catch {
            continue;
          }
          for (const line of lines) {
            expect(line.reported).toBeLessThanOrEqual(line.quantity);
            for (const part of line.components) expect(part.reported).toBeLessThanOrEqual(part.perKit * line.quantity);
            if (line.components.length > 0)
              expect(line.reported).toBe(
                Math.min(...line.components.map((part) => Math.floor(part.reported / part.perKit))),
              );
          }
        }
        const open = lines.some((line) => line.reported < line.quantity);
        if (open)
          for (const line of after(lines, planParcel(lines, undefined))) expect(line.reported).toBe(line.quantity);
      }),
      { numRuns: 300 },
    );
  });
});
