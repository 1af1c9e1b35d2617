import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { tryRun } from '../test/cluster/exec.ts';
import { BUILD_PATIENCE_MS, binaryPath, ensureBinaries, noLog } from '../test/cluster/index.ts';
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

const VALUES = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>;

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of what is no map, and of empty maps, which their owner fills. */
function leaves(values: Record<string, unknown>, path = ''): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    isMap(value) && Object.keys(value).length > 0 ? leaves(value, `${path}${name}.`) : [`${path}${name}`],
  );
}

/** Paths of the maps whose names are the chart's; the first is that of all values. */
const maps = (values: Record<string, unknown>, path = ''): string[] => [
  path,
  ...Object.entries(values).flatMap(([name, value]) =>
    isMap(value) && Object.keys(value).length > 0 ? maps(value, `${path}${path && '.'}${name}`) : [],
  ),
];

const pointer = (path: string): string => (path === '' ? '' : `/${path.replaceAll('.', '/')}`);

/** What Helm says where each of these is a list in a list, which no value is. */
async function refusal(paths: readonly string[]): Promise<string> {
  const wrong = paths.flatMap((path) => ['--set-json', `${path}=[[1]]`]);
  const { code, stderr } = await tryRun(binaryPath('helm'), ['template', '--kube-version', '1.37.2', CHART, ...wrong]);
  expect(code).toBe(1);
  return stderr;
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
    expect(ROWS.map(({ value }) => value).sort()).toEqual(leaves(VALUES).sort());
  });

  it('is refused by its path where it is misspelt, at every level', async () => {
    // Amounts of any resource, labels, and what a chart above says for all have names that are not this chart's.
    const levels = maps(VALUES).filter((path) => !/\.(requests|limits|labels)$|^global$/.test(path));
    const said = await refusal(levels.map((path) => (path === '' ? 'misspelt' : `${path}.misspelt`)));
    const unsaid = levels.filter((path) => !said.includes(`at '${pointer(path)}': additional properties 'misspelt'`));
    expect(unsaid).toEqual([]);
  });

  it('is refused by its path where it has another shape', async () => {
    const said = await refusal(leaves(VALUES));
    expect(leaves(VALUES).filter((path) => !said.includes(`at '${pointer(path)}`))).toEqual([]);
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
