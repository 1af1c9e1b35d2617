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
}

/**
 * A registry with families beside it, as one text. prom-client takes 20 µs a series to keep and to print (measured); a
 * quarter of a million of them, read from caches that have them anyway, would stop the process for five seconds.
 */
export function withFamilies(registry: Registry, families: readonly Family[]): Exposition {
  return {
    contentType: registry.contentType,
    metrics: async () => (await registry.metrics()) + (await render(families)),
  };
}

async function render(families: readonly Family[]): Promise<string> {
  const breather = new Breather();
  const parts: string[] = [];
  for (const { name, help, labels, samples } of families) {
    parts.push(`# HELP ${name} ${help}\n# TYPE ${name} gauge\n`);
    let count = 0;
    for (const [values, value] of samples()) {
      parts.push(
        `${name}{${labels.map((label, index) => `${label}="${escape(values[index] ?? '')}"`).join(',')}} ${value}\n`,
      );
      count += 1;
      if (count % 500 === 0) await breather.pause();
    }
  }
  return parts.join('');
}

function escape(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
