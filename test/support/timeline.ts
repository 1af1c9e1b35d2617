import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** One series of an exposition: name and labels as text, and its value. */
export type ScrapedSample = readonly [series: string, value: string];

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Text of /metrics as a scrape with honorLabels stores it: what it does not say of a label is the target's. */
export function scraped(text: string, target: Readonly<Record<string, string>>): ScrapedSample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = LINE.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`no line of an exposition: ${line}`);
      const own = new Map([...labels.matchAll(LABEL)].map(([, label, text]) => [label!, text!]));
      for (const [label, text] of Object.entries(target)) if (!own.get(label)) own.set(label, text);
      const pairs = [...own].filter(([, text]) => text !== '').sort();
      return [`${name}{${pairs.map(([label, text]) => `${label}="${text}"`).join(',')}}`, value];
    });
}

/** What Prometheus keeps of scrapes a minute apart, as input_series of `promtool test rules`. */
export class Timeline {
  readonly #minutes: Map<string, string>[] = [];

  /** The next minute, with what all targets that are there said. */
  minute(samples: Iterable<ScrapedSample>): void {
    this.#minutes.push(new Map(samples));
  }

  get length(): number {
    return this.#minutes.length;
  }

  /** A series that a scrape lacks is stale from there on, as Prometheus marks it. */
  inputSeries(): { series: string; values: string }[] {
    const names = new Set(this.#minutes.flatMap((minute) => [...minute.keys()]));
    return [...names].map((series) => {
      let before = false;
      const values = this.#minutes.map((minute) => {
        const value = minute.get(series);
        const shown = value ?? (before ? 'stale' : '_');
        before = value !== undefined;
        return shown;
      });
      return { series, values: values.join(' ') };
    });
  }
}

/**
 * Runs `promtool test rules`: these alerts and no others fire at the end of the timeline, and in the minute `since`, if
 * that is given, and none fires in the minute before.
 */
export async function promtoolSays(
  promtool: string,
  rules: string,
  timeline: Timeline,
  firing: readonly Readonly<Record<string, string>>[],
  since?: number,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-rules-'));
  try {
    await writeFile(join(folder, 'rules.yaml'), rules);
    const test = {
      rule_files: ['rules.yaml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: timeline.inputSeries(),
          promql_expr_test: [
            firingAt(timeline.length - 1, firing),
            ...(since === undefined ? [] : [firingAt(since - 1, []), firingAt(since, firing)]),
          ],
        },
      ],
    };
    await writeFile(join(folder, 'test.yaml'), stringify(test));
    const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', join(folder, 'test.yaml')], {
      encoding: 'utf8',
    });
    return status === 0 ? '' : stdout + stderr;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function firingAt(minute: number, firing: readonly Readonly<Record<string, string>>[]) {
  return {
    expr: 'ALERTS{alertstate="firing"}',
    eval_time: `${minute}m`,
    exp_samples: firing.map((labels) => ({ labels: seriesOf(labels), value: 1 })),
  };
}

function seriesOf(labels: Readonly<Record<string, string>>): string {
  const all = Object.entries({ ...labels, alertstate: 'firing' });
  return `ALERTS{${all.map(([name, text]) => `${name}="${text}"`).join(',')}}`;
}
