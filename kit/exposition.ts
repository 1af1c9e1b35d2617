import type { Registry } from 'prom-client';
import { Breather } from './breather.ts';

/** One series of a family: label values in the order of the family's label names. */
export type Sample = readonly [labels: readonly string[], value: number];

/** A gauge whose series are read from somewhere when Prometheus asks, and kept nowhere. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (this: void) => Iterable<Sample>;
}

/** What /metrics serves. */
export interface Exposition {
  readonly contentType: string;
  metrics(): Promise<string>;
  /** The same in pieces, for what is too much to be held at once. */
  parts?(): AsyncIterable<string>;
}

/** Series of a piece: so many are some hundred KiB. */
const AT_ONCE = 500;

/**
 * A registry with families beside it, as one text. prom-client takes 20 µs a series to keep and to print (measured); a
 * quarter of a million of them, read from caches that have them anyway, would stop the process for five seconds.
 */
export function withFamilies(registry: Registry, families: readonly Family[]): Required<Exposition> {
  async function* parts(): AsyncGenerator<string> {
    yield await registry.metrics();
    yield* render(families);
  }
  return {
    contentType: registry.contentType,
    parts,
    async metrics() {
      let text = '';
      for await (const part of parts()) text += part;
      return text;
    },
  };
}

/** Several expositions as one: a family stands in it once, with the series of all. */
export function together(texts: readonly string[]): string {
  const families = new Map<string, string[]>();
  let into: string[] = [];
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    if (line === '') continue;
    const [, mark, name = ''] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
    const known = families.get(name);
    if (mark === 'HELP') families.set(name, (into = known ?? []));
    const isThere = mark !== undefined && into.some((one) => one.startsWith(`# ${mark} `));
    if (!isThere) into.push(line);
  }
  return [...families.values()].map((lines) => `${lines.join('\n')}\n`).join('\n');
}

async function* render(families: readonly Family[]): AsyncGenerator<string> {
  const breather = new Breather();
  for (const { name, help, labels, samples } of families) {
    let text = `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    let count = 0;
    for (const [values, value] of samples()) {
      text += `${name}{${labels.map((label, index) => `${label}="${escape(values[index] ?? '')}"`).join(',')}} ${value}\n`;
      count += 1;
      if (count % AT_ONCE !== 0) continue;
      yield text;
      text = '';
      await breather.pause();
    }
    yield text;
  }
}

function escape(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
