import { kindByName, type Condition, type PrinterColumn } from '../crds/index.ts';
import { age, formatTable } from './table.ts';

/** Any of our resources, wherever it lives. */
export interface Viewed {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly generation?: number;
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: string[];
    readonly managedFields?: unknown[];
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: { readonly conditions?: readonly Condition[] } & Readonly<Record<string, unknown>>;
}

/**
 * The same columns that kubectl prints: they come from the kind. Ready is worked out where no operator wrote it (`up`).
 */
export function resourceTable(kind: string, resources: readonly Viewed[], now: Date, wide = false): string {
  const columns = (kindByName(kind)?.columns ?? []).filter((column) => wide || column.priority !== 1);
  const rows = resources.map((resource) => [
    ...(resource.metadata.namespace === undefined ? [] : [resource.metadata.namespace]),
    resource.metadata.name,
    ...columns.map((column) => cell(column, resource, now)),
  ]);
  const namespaced = kindByName(kind)?.scope === 'Namespaced';
  return formatTable(
    [...(namespaced ? ['NAMESPACE'] : []), 'NAME', ...columns.map(({ name }) => name.toUpperCase())],
    rows,
  );
}

function cell(column: PrinterColumn, resource: Viewed, now: Date): string {
  const ready = readiness(resource);
  if (column.name === 'Ready') return ready?.status ?? '';
  if (column.name === 'Reason') return ready?.reason ?? '';
  if (column.name === 'Since') return age(ready?.lastTransitionTime, now);
  const value = column.jsonPath
    .split('.')
    .filter(Boolean)
    .reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], resource);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return '';
  return column.type === 'date' ? age(String(value), now) : String(value);
}

/** The condition Ready, or without an operator the first of the pod's conditions that is not True. */
export function readiness(resource: Viewed): Condition | undefined {
  const conditions = resource.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready) return ready;
  const unwell = conditions.find(({ type, status }) => status !== 'True' && type !== 'Held');
  if (unwell) return { ...unwell, status: unwell.status === 'Unknown' ? 'Unknown' : 'False' };
  const last = conditions.toSorted((a, b) => (a.lastTransitionTime < b.lastTransitionTime ? 1 : -1))[0];
  return last && { ...last, status: 'True', reason: 'Ready' };
}
