import type { Query } from './client.ts';

export interface Filter {
  readonly field: string;
  readonly value: string;
  /** Of Magento: eq, neq, gteq, lt, in … */
  readonly is: string;
}

/** Filters of a group are alternatives; all groups must fit. */
export type Groups = readonly (readonly Filter[])[];

export interface Asked {
  readonly groups: Groups;
  readonly size: number;
  /** From 1. */
  readonly page?: number;
  readonly sort?: readonly string[];
  /** Trims the answer to these. */
  readonly fields?: string;
}

/** The parameters of a list. Brackets and all are signed as they stand in the address. */
export function criteria({ groups, size, page = 1, sort = [], fields }: Asked): Query {
  const filters = groups.flatMap((group, g) =>
    group.flatMap(({ field, value, is }, f) => {
      const at = `searchCriteria[filterGroups][${g}][filters][${f}]`;
      return [
        [`${at}[field]`, field],
        [`${at}[value]`, value],
        [`${at}[conditionType]`, is],
      ] as const;
    }),
  );
  const order = sort.flatMap(
    (field, index) =>
      [
        [`searchCriteria[sortOrders][${index}][field]`, field],
        [`searchCriteria[sortOrders][${index}][direction]`, 'ASC'],
      ] as const,
  );
  return [
    ...filters,
    ...order,
    ['searchCriteria[pageSize]', String(size)],
    ['searchCriteria[currentPage]', String(page)],
    ...(fields === undefined ? [] : [['fields', fields] as const]),
  ];
}

/** Any of these values; one with a comma cannot stand in a list. */
export function anyOf(field: string, values: readonly string[]): Filter[] {
  const [plain, odd] = [values.filter((value) => !value.includes(',')), values.filter((value) => value.includes(','))];
  return [
    ...(plain.length === 0 ? [] : [{ field, value: plain.join(','), is: 'in' }]),
    ...odd.map((value) => ({ field, value, is: 'eq' })),
  ];
}

const LONGEST_QUERY = 3000;
const MOST_VALUES = 100;

/** So many at once that the address stays short enough for any server. */
export function chunks(values: readonly string[]): string[][] {
  const parts: string[][] = [];
  let length = 0;
  for (const value of values) {
    const more = encodeURIComponent(value).length + 3;
    const open = parts.at(-1);
    if (!open || open.length === MOST_VALUES || length + more > LONGEST_QUERY) {
      parts.push([value]);
      length = more;
    } else {
      open.push(value);
      length += more;
    }
  }
  return parts;
}

/** Whole seconds in UTC, without a zone. */
export const magentoTime = (second: number): string =>
  new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' ');
export const secondsDown = (time: string): number => Math.floor(Date.parse(time) / 1000);
export const secondsUp = (time: string): number => Math.ceil(Date.parse(time) / 1000);
/** ISO 8601 of a time that the shop gives. */
export const isoTime = (time: string): string => `${time.replace(' ', 'T')}Z`;
