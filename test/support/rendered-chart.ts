import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../cluster/exec.ts';
import { binaryPath } from '../cluster/index.ts';

export const CHART = join(import.meta.dirname, '..', '..', 'charts', 'supercargo');

/** An object of the chart. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The chart as Helm renders it with these values. */
export async function rendered(...values: string[]): Promise<Rendered[]> {
  const set = values.flatMap((value) => ['--set', value]);
  const text = await run(binaryPath('helm'), ['template', '--kube-version', '1.37.2', 'supercargo', CHART, ...set]);
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
}
