import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { parseAllDocuments, type Document as YamlDocument } from 'yaml';
import { z } from 'zod';
import {
  API_VERSION,
  deprecation,
  GROUP,
  kindByName,
  sizeViolations,
  validateResource,
  type KindDefinition,
  type Resource,
  type Violation,
} from '../crds/index.ts';

export interface ManifestFault {
  readonly file: string;
  /** "Feed/orders", or the document's place in its file. */
  readonly resource: string;
  readonly violations: readonly Violation[];
}

export interface SecretManifest {
  readonly namespace: string;
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface Manifests {
  readonly resources: readonly Resource[];
  readonly secrets: readonly SecretManifest[];
  readonly faults: readonly ManifestFault[];
}

export interface LoadedManifests extends Manifests {
  /** What is taken today and will not be one day, a line each. */
  readonly warnings: readonly string[];
}

interface Found {
  readonly resources: Resource[];
  readonly secrets: SecretManifest[];
  readonly faults: ManifestFault[];
  readonly warnings: string[];
  /** The file of each object, by its folder and what it is. */
  readonly places: Map<string, string>;
}

interface Document {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: unknown;
  readonly items?: unknown;
}

/**
 * Every YAML file of a folder (or one file), with the decisions that admission would take. Other groups are passed
 * over.
 */
export async function loadManifests(path: string): Promise<LoadedManifests> {
  const into: Found = { resources: [], secrets: [], faults: [], warnings: [], places: new Map() };
  for (const file of await yamlFiles(path)) {
    const documents = parseAllDocuments(await readFile(file, 'utf8'));
    for (const [index, document] of ('empty' in documents ? [] : documents).entries()) {
      const where = { file: relative(process.cwd(), file), resource: `document ${index + 1}` };
      const { value, violation } = valueOf(document);
      if (violation) into.faults.push({ ...where, violations: [violation] });
      else if (value) take(value, where, into);
    }
  }
  const { places: _, ...found } = into;
  return found;
}

/** Other than the parser's errors, an alias without its anchor shows only when it is followed. */
function valueOf(document: YamlDocument.Parsed): { value?: Document | null; violation?: Violation } {
  const [error] = document.errors;
  const fault = (line: number | undefined, message: string): { violation: Violation } => ({
    violation: { field: `line ${line ?? '?'}`, message: message.split('\n')[0] ?? 'not YAML' },
  });
  if (error) return fault(error.linePos?.[0].line, error.message);
  try {
    return { value: document.toJS() as Document | null };
  } catch (thrown) {
    return fault(undefined, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

async function yamlFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(`there is no file or folder ${path}: name one with -f`) : error;
  });
  if (found.isFile()) return [path];
  const entries = await readdir(path, { recursive: true });
  return entries
    .filter((entry) => /\.ya?ml$/.test(entry))
    .sort()
    .map((entry) => join(path, entry));
}

/** What is in a List, as `kubectl get -o yaml` writes several. */
function itemsOf({ apiVersion, kind, items }: Document): readonly Document[] {
  const isList = apiVersion === 'v1' && kind?.endsWith('List') && Array.isArray(items);
  return isList ? (items as unknown[]).map((item) => (item ?? {}) as Document) : [];
}

/** What an API server would say; how large it is matters once it is otherwise right. */
function violationsOf(definition: KindDefinition, value: Document): readonly Violation[] {
  const violations = validateResource(definition, value);
  return violations.length > 0 ? violations : sizeViolations(definition, value);
}

function take(value: Document, where: { file: string; resource: string }, into: Found): void {
  for (const [index, item] of itemsOf(value).entries())
    take(item, { ...where, resource: `${where.resource}, item ${index + 1}` }, into);
  if (value.apiVersion === 'v1' && value.kind === 'Secret') takeSecret(value, where, into);
  if (typeof value.apiVersion !== 'string' || !value.apiVersion.startsWith(`${GROUP}/`)) return;
  const kind = value.kind ?? '';
  const definition = kindByName(kind);
  const violations = definition
    ? violationsOf(definition, value)
    : [{ field: 'kind', message: `"${kind}" is not a kind of ${API_VERSION}: check the spelling` }];
  const resource = `${kind || '?'}/${value.metadata?.name ?? '?'}`;
  if (!definition || violations.length > 0) {
    into.faults.push({ ...where, resource, violations });
    return;
  }
  const warning = deprecation(value.apiVersion, kind);
  if (warning !== undefined) into.warnings.push(`${where.file}: ${resource}: ${warning}`);
  // As the API server gives it to who asks for the version that all parts speak.
  const taken = withNamespace({ ...(value as Resource), apiVersion: API_VERSION }, definition.scope);
  const twice = anotherOf(taken, where.file, into.places);
  if (twice !== undefined) into.warnings.push(`${where.file}: ${resource}: ${twice}`);
  into.resources.push(taken);
}

/** Folders apart are applied apart, as those of a test and a live environment; within one the last would win unseen. */
function anotherOf({ kind, metadata }: Resource, file: string, places: Map<string, string>): string | undefined {
  const key = JSON.stringify([dirname(file), kind, metadata.namespace, metadata.name]);
  const other = places.get(key);
  places.set(key, file);
  return (
    other && `stands in ${other === file ? 'this file twice' : `${other}, too`}, and the last one counts: keep one`
  );
}

function withNamespace(resource: Resource, scope: 'Namespaced' | 'Cluster'): Resource {
  if (scope === 'Cluster') return resource;
  return { ...resource, metadata: { ...resource.metadata, namespace: resource.metadata.namespace ?? 'default' } };
}

const texts = z
  .record(
    z.string(),
    z.string('is no text: put it in quotes'),
    'is no map of keys: put each value in quotes under its key',
  )
  .optional();
const secretSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('default') }),
  data: texts,
  stringData: texts,
});

function takeSecret(
  value: Document,
  where: { file: string; resource: string },
  into: Pick<Found, 'secrets' | 'faults'>,
): void {
  const parsed = secretSchema.safeParse(value);
  if (!parsed.success) {
    const violations = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
    into.faults.push({ ...where, resource: `Secret/${value.metadata?.name ?? '?'}`, violations });
    return;
  }
  const { metadata, data, stringData } = parsed.data;
  const decoded = Object.fromEntries(
    Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]),
  );
  into.secrets.push({ ...metadata, data: { ...decoded, ...stringData } });
}

export function printFaults(faults: readonly ManifestFault[], write: (line: string) => void): void {
  for (const fault of faults)
    for (const { field, message } of fault.violations) write(`${fault.file}: ${fault.resource}: ${field}: ${message}`);
}
