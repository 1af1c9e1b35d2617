import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { API_VERSION, GROUP, kindByName, validateResource, type Resource, type Violation } from '../crds/index.ts';

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

interface Document {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: unknown;
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
}

/** Every YAML file of a folder (or one file), with the decisions that admission would take. Other groups are passed over. */
export async function loadManifests(path: string): Promise<Manifests> {
  const resources: Resource[] = [];
  const secrets: SecretManifest[] = [];
  const faults: ManifestFault[] = [];
  for (const file of await yamlFiles(path)) {
    const documents = parseAllDocuments(await readFile(file, 'utf8'));
    for (const [index, document] of ('empty' in documents ? [] : documents).entries()) {
      const where = { file: relative(process.cwd(), file), resource: `document ${index + 1}` };
      const [error] = document.errors;
      if (error) {
        faults.push({ ...where, violations: [{ field: `line ${error.linePos?.[0].line ?? '?'}`, message: error.message.split('\n')[0] ?? 'not YAML' }] });
        continue;
      }
      const value = document.toJS() as Document | null;
      if (value) take(value, where, { resources, secrets, faults });
    }
  }
  return { resources, secrets, faults };
}

async function yamlFiles(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true });
  return entries.filter((entry) => /\.ya?ml$/.test(entry)).sort().map((entry) => join(path, entry));
}

function take(value: Document, where: { file: string; resource: string }, into: { resources: Resource[]; secrets: SecretManifest[]; faults: ManifestFault[] }): void {
  if (value.apiVersion === 'v1' && value.kind === 'Secret') into.secrets.push(secretOf(value));
  if (!value.apiVersion?.startsWith(`${GROUP}/`)) return;
  const kind = value.kind ?? '';
  const definition = kindByName(kind);
  const violations = definition ? validateResource(definition, value) : [{ field: 'kind', message: `"${kind}" is not a kind of ${API_VERSION}: check the spelling` }];
  if (!definition || violations.length > 0) into.faults.push({ ...where, resource: `${kind || '?'}/${value.metadata?.name ?? '?'}`, violations });
  else into.resources.push(withNamespace(value as Resource, definition.scope));
}

function withNamespace(resource: Resource, scope: 'Namespaced' | 'Cluster'): Resource {
  if (scope === 'Cluster') return resource;
  return { ...resource, metadata: { ...resource.metadata, namespace: resource.metadata.namespace ?? 'default' } };
}

function secretOf(value: Document): SecretManifest {
  const decoded = Object.fromEntries(Object.entries(value.data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]));
  return { namespace: value.metadata?.namespace ?? 'default', name: value.metadata?.name ?? '', data: { ...decoded, ...value.stringData } };
}

export function printFaults(faults: readonly ManifestFault[], write: (line: string) => void): void {
  for (const fault of faults) for (const { field, message } of fault.violations) write(`${fault.file}: ${fault.resource}: ${field}: ${message}`);
}
