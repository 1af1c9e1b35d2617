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
export function rendered(...values: string[]): Promise<Rendered[]> {
  return renderedAs('supercargo', ...values.flatMap((value) => ['--set', value]));
}

/** As a release of that name, with options of Helm. */
export async function renderedAs(release: string, ...options: string[]): Promise<Rendered[]> {
  const text = await run(binaryPath('helm'), ['template', '--kube-version', '1.37.2', release, CHART, ...options]);
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
}
