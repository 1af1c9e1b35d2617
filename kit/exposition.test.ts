import { expect, it } from '@jest/globals';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { together, withFamilies } from './exposition.ts';

function engine(connection: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ connection });
  const registers = [registry];
  new Counter({ name: 'runs_total', help: 'Runs.', labelNames: ['result'], registers }).inc({ result: 'Empty' });
  new Histogram({ name: 'took_seconds', help: 'Time.', buckets: [1], registers }).observe(2);
  return registry;
}

it('several expositions are one, in which each family stands once with the series of all', async () => {
  const other = new Registry();
  new Gauge({ name: 'up', help: 'It is.', registers: [other] }).set(1);
  const families = withFamilies(other, [
    { name: 'info', help: 'What it is.', labels: ['a'], samples: () => [[['x'], 1]] },
    { name: 'none', help: 'Nothing yet.', labels: ['a'], samples: () => [] },
  ]);
  const texts = await Promise.all([engine('one'), families, engine('two')].map((each) => each.metrics()));
  const lines = together(texts).split('\n').filter(Boolean);
  expect(lines.filter((line) => line.startsWith('#'))).toEqual([
    '# HELP runs_total Runs.',
    '# TYPE runs_total counter',
    '# HELP took_seconds Time.',
    '# TYPE took_seconds histogram',
    '# HELP up It is.',
    '# TYPE up gauge',
    '# HELP info What it is.',
    '# TYPE info gauge',
    '# HELP none Nothing yet.',
    '# TYPE none gauge',
  ]);
  expect(lines.slice(0, 4)).toEqual([
    '# HELP runs_total Runs.',
    '# TYPE runs_total counter',
    'runs_total{result="Empty",connection="one"} 1',
    'runs_total{result="Empty",connection="two"} 1',
  ]);
  const took = lines.indexOf('# TYPE took_seconds histogram');
  expect(lines.slice(took + 1, lines.indexOf('# HELP up It is.')).map((line) => /connection="(\w+)"/.exec(line)?.[1])).toEqual([...Array(4).fill('one'), ...Array(4).fill('two')]); // prettier-ignore
  expect(lines).toContain('info{a="x"} 1');
  expect(lines.filter((line) => !line.startsWith('#')).length).toBe(2 + 8 + 2);
});

it('nothing at all is no text', () => {
  expect(together([])).toBe('');
});
