import { describe, expect, it } from '@jest/globals';
import { filtered } from './magento2-fields.ts';

const answer = {
  items: [
    {
      id: 1,
      sku: 'A',
      street: ['Main Street', '2nd floor'],
      more: { links: [7, 8], options: [{ id: 3, title: 'x' }] },
    },
    { id: 2, sku: 'B', street: [], more: { links: [], options: [] } },
  ],
  search_criteria: { page_size: 20 },
  total_count: 2,
};
const shown = (fields: string) => filtered(answer, new URLSearchParams({ fields }));

// As FieldsFilter and its own test in Magento have it.
describe('fields of an answer of Magento', () => {
  it('are all where none are named', () => {
    expect(filtered(answer, new URLSearchParams())).toBe(answer);
  });

  it.each([
    ['total_count', { total_count: 2 }],
    ['items[sku],total_count', { items: [{ sku: 'A' }, { sku: 'B' }], total_count: 2 }],
    ['items[sku,unheard_of[id]]', { items: [{ sku: 'A' }, { sku: 'B' }] }],
    ['sku', {}],
    ['items[street]', { items: [{ street: ['Main Street', '2nd floor'] }, { street: [] }] }],
    ['items[sku[deeper]]', { items: [{ sku: 'A' }, { sku: 'B' }] }],
    ['items[more[links]]', { items: [{ more: { links: [7, 8] } }, { more: { links: [] } }] }],
    [
      'items[more[options[id]],id]',
      {
        items: [
          { id: 1, more: { options: [{ id: 3 }] } },
          { id: 2, more: { options: null } },
        ],
      },
    ],
  ])('%s', (fields, expected) => {
    expect(shown(fields)).toEqual(expected);
  });

  it.each(['', 'items[sku', 'items[sku];', 'items[sku, id]', 'items.sku'])(
    '%p is wrongly written: an empty list',
    (fields) => {
      expect(shown(fields)).toEqual([]);
    },
  );

  it('of a list without rows are null', () => {
    expect(filtered({ items: [], total_count: 0 }, new URLSearchParams({ fields: 'items[sku],total_count' }))).toEqual({
      items: null,
      total_count: 0,
    });
  });
});
