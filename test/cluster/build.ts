import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BINARY_NAMES, binaryPath, filesOf, RECIPES, type BinaryName, type Recipe } from './binaries.ts';
import { binariesFolder } from './cache.ts';
import { run, tryRun } from './exec.ts';
import { withLock } from './lock.ts';
import { secondsSince, type Log } from './log.ts';
import { ensurePackages, RUNC_BUILD_PACKAGES } from './packages.ts';

/** The longest that any one build may take: the first, on a slow machine. */
const BUILD_TIMEOUT = 60 * 60_000;

/**
 * For tests whose binary may have to be built first: builds are niced, and on a machine that has none of them the tests
 * beside take the processors.
 */
export const BUILD_PATIENCE_MS = 3_600_000;

/**
 * Paths of these binaries, after building those that are not in the cache. A
 * binary is built again only when its recipe changes, never because of its
 * age. A folder named by KUBEBUILDER_ASSETS, as controller-runtime's envtest
 * has it, comes first: whoever has binaries need not build.
 */
export async function ensureBinaries<N extends BinaryName>(names: readonly N[], log: Log): Promise<Record<N, string>> {
  const paths = {} as Record<N, string>;
  const missing: N[] = [];
  for (const name of names) {
    const given = process.env['KUBEBUILDER_ASSETS'] && join(process.env['KUBEBUILDER_ASSETS'], name);
    paths[name] = given && existsSync(given) ? given : binaryPath(name);
    if (paths[name] !== given && !(await isCurrent(name))) missing.push(name);
  }
  if (missing.length > 0) {
    await withLock(join(binariesFolder(), 'build.lock'), log, async () => {
      await requireGo();
      for (const name of BINARY_NAMES.filter((candidate) => (missing as BinaryName[]).includes(candidate))) {
        if (!(await isCurrent(name))) await build(name, log); // another process may have built it meanwhile
      }
    });
  }
  return paths;
}

async function requireGo(): Promise<void> {
  const found = await tryRun('go', ['version']).catch(() => undefined);
  if (found?.code !== 0) {
    throw new Error(
      'The test cluster is built from source and needs Go 1.26 or newer in PATH (https://go.dev/dl). Ready binaries of etcd, kube-apiserver and kubectl are taken from the folder that KUBEBUILDER_ASSETS names.',
    );
  }
}

function moduleFolder(recipe: Recipe): string {
  return join(import.meta.dirname, 'go', recipe.module);
}

/** A binary carries a note of what it was made from; equal notes mean it is up to date. */
async function recipeDigest(name: BinaryName): Promise<string> {
  const recipe: Recipe = RECIPES[name];
  const { coldSeconds: _, ...inputs } = recipe;
  const hash = createHash('sha256').update(JSON.stringify(inputs));
  for (const file of (await readdir(moduleFolder(recipe))).sort())
    hash.update(file).update(await readFile(join(moduleFolder(recipe), file)));
  return hash.digest('hex');
}

async function isCurrent(name: BinaryName): Promise<boolean> {
  if (!existsSync(binaryPath(name))) return false;
  const note = await readFile(notePath(name), 'utf8').catch(() => '');
  return note === (await recipeDigest(name));
}

function notePath(name: BinaryName): string {
  return join(binariesFolder(), 'recipes', name);
}

/**
 * Without -trimpath: it would put each module's version demands into the compiler's cache keys, and the same package
 * would be compiled once per module.
 */
function goArguments(recipe: Recipe, output: string): string[] {
  const symbols = Object.entries(recipe.symbols ?? {})
    .map(([symbol, value]) => ` -X ${symbol}=${value}`)
    .join('');
  const tags = recipe.tags ? ['-tags', recipe.tags] : [];
  return [
    'build',
    '-v',
    '-p',
    '2',
    '-mod=readonly',
    '-buildvcs=false',
    '-ldflags',
    `-s -w${symbols}`,
    ...tags,
    '-o',
    output,
    recipe.package,
  ];
}

function environmentOf(recipe: Recipe): NodeJS.ProcessEnv {
  const toolchain = recipe.toolchain ? { GOTOOLCHAIN: recipe.toolchain } : {};
  return { ...process.env, CGO_ENABLED: recipe.cgo ? '1' : '0', GOFLAGS: '', GOWORK: 'off', ...toolchain };
}

/** Go's own cache of modules may be emptied: what is read later is kept beside the binary. */
async function keepFiles(name: BinaryName): Promise<void> {
  const recipe: Recipe = RECIPES[name];
  if (!recipe.files) return;
  const { module, paths } = recipe.files;
  const go = { cwd: moduleFolder(recipe), env: environmentOf(recipe) };
  const folder = (await run('go', ['list', '-m', '-f', '{{.Dir}}', module], go)).trim();
  await rm(filesOf(name), { recursive: true, force: true });
  for (const kept of paths) await cp(join(folder, kept), join(filesOf(name), kept), { recursive: true });
}

/** Compiles one binary, telling every 15 seconds how far it is; it appears under its name only when whole. */
async function build(name: BinaryName, log: Log): Promise<void> {
  const recipe: Recipe = RECIPES[name];
  if (recipe.cgo) await ensurePackages(RUNC_BUILD_PACKAGES, log);
  const start = Date.now();
  const output = binaryPath(name);
  const partial = join(dirname(output), `.${basename(output)}.partial`);
  await mkdir(dirname(output), { recursive: true });
  log(`building ${name} (about ${recipe.coldSeconds} s on two cores when nothing is cached)`);

  let compiled = 0;
  let last = '';
  const word = setInterval(
    () => log(`  ${name}: ${secondsSince(start)}, ${compiled} packages compiled${last && `, at ${last}`}`),
    15_000,
  );
  const result = await tryRun('nice', ['-n', '10', 'go', ...goArguments(recipe, partial)], {
    cwd: moduleFolder(recipe),
    env: environmentOf(recipe),
    timeout: BUILD_TIMEOUT,
    onOutput: (text) => {
      const lines = text.split('\n').filter(Boolean);
      compiled += lines.filter((line) => !line.startsWith('go: ')).length;
      last = lines.at(-1) ?? last;
    },
  }).finally(() => clearInterval(word));

  if (result.code !== 0) {
    throw new Error(
      `building ${name} failed after ${secondsSince(start)}:\n${result.stderr.trimEnd().split('\n').slice(-25).join('\n')}`,
    );
  }
  await keepFiles(name);
  await rename(partial, output);
  await mkdir(dirname(notePath(name)), { recursive: true });
  await writeFile(notePath(name), await recipeDigest(name));
  log(`built ${name} in ${secondsSince(start)}`);
}
