import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../test/cluster/index.ts';
import { differences } from '../test/support/differences.ts';
import { CHART, renderedAs, type Rendered } from '../test/support/rendered-chart.ts';

jest.setTimeout(BUILD_PATIENCE_MS);
beforeAll(() => ensureBinaries(['helm'], noLog));

/**
 * Of a value: another than its default (`as`), what has to be set beside it (`given`), and what it then changes in the
 * objects of the chart (test/support/differences.ts), or which test says that.
 */
interface Row {
  readonly value: string;
  readonly as: unknown;
  readonly given?: Readonly<Record<string, unknown>>;
  readonly reaches?: readonly string[];
  readonly shownBy?: string;
}
const FOLDER = join(import.meta.dirname, 'values');
const ROWS = readdirSync(FOLDER).flatMap((file) => parse(readFileSync(join(FOLDER, file), 'utf8')) as readonly Row[]);

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of what is no map, and of empty maps, which their owner fills. */
function leaves(values: Record<string, unknown>, path = ''): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    isMap(value) && Object.keys(value).length > 0 ? leaves(value, `${path}${name}.`) : [`${path}${name}`],
  );
}

const rendered = (values: Readonly<Record<string, unknown>>): Promise<Rendered[]> =>
  renderedAs(
    'supercargo',
    ...Object.entries(values).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]),
  );

const before = new Map<string, Promise<Rendered[]>>();
function renderedOnce(values: Readonly<Record<string, unknown>>): Promise<Rendered[]> {
  const key = JSON.stringify(values);
  if (!before.has(key)) before.set(key, rendered(values));
  return before.get(key)!;
}

describe('every value of the chart', () => {
  it('has a row in charts/values', () => {
    const values = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>;
    const named = ROWS.map(({ value }) => value);
    expect(leaves(values).filter((path) => !named.includes(path))).toEqual([]);
    expect(named.filter((path) => !leaves(values).includes(path))).toEqual([]);
  });

  it.each(ROWS)(
    '$value arrives where it belongs, and nowhere else',
    async ({ value, as, given = {}, reaches, shownBy }) => {
      const changed = differences(await renderedOnce(given), await rendered({ ...given, [value]: as }));
      if (shownBy === undefined) expect(changed).toEqual(reaches);
      else expect([changed.length > 0, existsSync(join(import.meta.dirname, '..', shownBy))]).toEqual([true, true]);
    },
  );
});
