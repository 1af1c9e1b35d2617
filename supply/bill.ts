/** One entry of package-lock.json, as far as a bill of materials needs it. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** By its folder: '' is the project, 'node_modules/a/node_modules/b' the b of a. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

interface Component {
  readonly type: 'application' | 'library';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly scope?: 'required' | 'optional';
  readonly licenses?: readonly object[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

/** CycloneDX 1.6, without time and serial number: the same lock file gives the same bytes. */
export interface Bill {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const FOLDER = 'node_modules/';

/**
 * All that an installation without development packages has. From the lock file, since npm's own list leaves out what
 * development uses as well. With `installed`, what is not there is left out where it is optional (the database of
 * another platform), and an error where it is not. Pure.
 */
export function billOf(
  project: { readonly name: string; readonly version: string; readonly license: string },
  packages: LockedPackages,
  installed: (folder: string) => boolean = () => true,
): Bill {
  const shipped = Object.keys(packages)
    .filter((folder) => folder !== '' && !packages[folder]!.dev)
    .filter((folder) => isThere(folder, packages[folder]!, installed))
    .sort();
  const present = new Set(shipped);
  const root: Component = {
    type: 'application',
    'bom-ref': reference(project.name, project.version),
    name: project.name,
    version: project.version,
    purl: reference(project.name, project.version),
    licenses: licences(project.license),
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: root },
    components: shipped.map((folder) => component(folder, packages[folder]!)),
    dependencies: [
      { ref: root['bom-ref'], dependsOn: dependsOn('', packages, present) },
      ...shipped.map((folder) => ({ ref: folder, dependsOn: dependsOn(folder, packages, present) })),
    ],
  };
}

function isThere(folder: string, entry: LockedPackage, installed: (folder: string) => boolean): boolean {
  if (installed(folder)) return true;
  if (entry.optional || entry.devOptional) return false;
  throw new Error(`${folder} is in package-lock.json but not installed: run npm ci first`);
}

function component(folder: string, entry: LockedPackage): Component {
  const name = nameOf(folder);
  if (entry.version === undefined) throw new Error(`${folder} has no version in package-lock.json`);
  return {
    type: 'library',
    // The same package can be there twice; its folder says which.
    'bom-ref': folder,
    name,
    version: entry.version,
    purl: reference(name, entry.version),
    scope: entry.optional || entry.devOptional ? 'optional' : 'required',
    ...(entry.license === undefined ? {} : { licenses: licences(entry.license) }),
    ...(entry.integrity === undefined ? {} : { hashes: hashes(entry.integrity) }),
  };
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf(FOLDER) + FOLDER.length);
}

/** The package URL; only the @ of a scope has to be written otherwise. */
function reference(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${encodeURIComponent(version)}`;
}

function licences(said: string): object[] {
  return /[ ()]/.test(said) ? [{ expression: said }] : [{ license: { id: said } }];
}

/** `sha512-` and base64 in the lock file, hexadecimal here. */
function hashes(integrity: string): { alg: string; content: string }[] {
  return integrity.split(' ').map((each) => {
    const [algorithm = '', digest = ''] = each.split(/-(.*)/s);
    return { alg: algorithm.replace(/^sha/, 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') };
  });
}

function dependsOn(folder: string, packages: LockedPackages, present: ReadonlySet<string>): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = packages[folder] ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .map((name) => resolve(folder, name, present))
    .filter((found) => found !== undefined)
    .sort();
}

/** As Node.js looks for a package: in the own folder, then in that of each one above. */
function resolve(from: string, name: string, present: ReadonlySet<string>): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf(FOLDER) - 1))) {
    const candidate = (folder === '' ? '' : `${folder}/`) + FOLDER + name;
    if (present.has(candidate)) return candidate;
    if (folder === '') return undefined;
  }
}
