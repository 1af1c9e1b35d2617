import { createHash } from 'node:crypto';
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commitFolder, hasImage } from './buildah.ts';
import { imagesFolder } from './cache.ts';
import { run } from './exec.ts';
import { secondsSince, type Log } from './log.ts';

/** The names in our Dockerfile's FROM lines. */
export const BUILDER_BASE = 'docker.io/library/node:24-bookworm-slim';
export const RUNTIME_BASE = 'gcr.io/distroless/nodejs24-debian12:nonroot';

/** Raise it when something below changes, so that the bases are made again. */
const RECIPE = 2;
const NPM_VERSION = '11.19.0';
const SUITE = 'bookworm';

/**
 * Stand-ins for the two public base images, for machines that reach no image
 * registry: Debian from its packages, Node.js from the npm package that the
 * repository pins. Made once, in about a minute.
 */
export async function ensureBaseImages(repository: string, log: Log): Promise<void> {
  const node = join(repository, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node)) throw new Error('The base images take Node.js from node_modules: run `npm ci` first.');
  const note = join(imagesFolder(), 'bases');
  const recipe = createHash('sha256')
    .update(JSON.stringify([RECIPE, NPM_VERSION, SUITE, process.arch, await run(node, ['--version'])]))
    .digest('hex');
  const isCurrent = (await readFile(note, 'utf8').catch(() => '')) === recipe;
  if (isCurrent && (await hasImage(BUILDER_BASE)) && (await hasImage(RUNTIME_BASE))) return;

  const start = Date.now();
  log('making the base images: Debian by debootstrap, Node.js from node_modules (about a minute)');
  const work = await mkdtemp(join(tmpdir(), 'supercargo-base-'));
  const word = setInterval(() => log(`  base images: ${secondsSince(start)}`), 15_000);
  try {
    const debian = join(work, 'debian');
    await run('debootstrap', ['--variant=minbase', '--include=ca-certificates', SUITE, debian], { timeout: 900_000 });
    const runtime = join(work, 'runtime');
    await makeRuntime(debian, node, runtime);
    await commitFolder(runtime, RUNTIME_BASE, {
      user: '65532',
      entrypoint: ['/nodejs/bin/node'],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
      },
    });
    await makeBuilder(debian, node);
    await commitFolder(debian, BUILDER_BASE, {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    await writeFile(note, recipe);
  } finally {
    clearInterval(word);
    await rm(work, { recursive: true, force: true });
  }
  log(`made the base images in ${secondsSince(start)}`);
}

/**
 * As distroless has it: Node.js, the libraries it is linked with, certificates, two users, and nothing to log in with.
 */
async function makeRuntime(debian: string, node: string, root: string): Promise<void> {
  const put = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  const listed = await run('ldd', [node]);
  const libraries = [...listed.matchAll(/(\/\S+\.so\S*)/g)].map(([, library]) => library!);
  // The rest of the C library's package, which the real one has whole: PostgreSQL is linked with it.
  const beside = dirname(libraries.find((library) => library.endsWith('/libc.so.6')) ?? '');
  for (const library of new Set([...libraries, join(beside, 'librt.so.1')])) {
    const target = join(root, library);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(debian, library), target); // follows links: the file itself, under the name the loader asks for
    await chmod(target, 0o755);
  }
  await put(
    '/etc/passwd',
    'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  );
  await put('/etc/group', 'root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n');
  await put('/etc/nsswitch.conf', 'hosts: files dns\n');
  await put('/etc/os-release', await readFile(join(debian, 'etc/os-release'), 'utf8'));
  await put(
    '/etc/ssl/certs/ca-certificates.crt',
    await readFile(join(debian, 'etc/ssl/certs/ca-certificates.crt'), 'utf8'),
  );
  await mkdir(join(root, 'nodejs/bin'), { recursive: true });
  await copyFile(node, join(root, 'nodejs/bin/node'));
  await mkdir(join(root, 'home/nonroot'), { recursive: true });
  await chown(join(root, 'home/nonroot'), 65532, 65532);
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);
}

/** Debian with node and npm; npm trusts what this machine trusts and asks the registry that it asks. */
async function makeBuilder(debian: string, node: string): Promise<void> {
  for (const unused of [
    'usr/share/doc',
    'usr/share/man',
    'usr/share/locale',
    'usr/share/info',
    'var/cache/apt',
    'var/lib/apt/lists',
    'usr/lib/x86_64-linux-gnu/gconv',
  ]) {
    await rm(join(debian, unused), { recursive: true, force: true });
  }
  await copyFile(node, join(debian, 'usr/local/bin/node'));
  const npm = await mkdtemp(join(tmpdir(), 'supercargo-npm-'));
  try {
    await run(
      'npm',
      ['install', '--prefix', npm, '--ignore-scripts', '--no-audit', '--no-fund', `npm@${NPM_VERSION}`],
      { timeout: 300_000 },
    );
    await cp(join(npm, 'node_modules/npm'), join(debian, 'usr/local/lib/node_modules/npm'), { recursive: true });
  } finally {
    await rm(npm, { recursive: true, force: true });
  }
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(debian, 'usr/local/bin/npm'));
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  await copyFile(process.env['NODE_EXTRA_CA_CERTS'] ?? authorities, join(debian, authorities)).catch(() => undefined);
  const registry = (await run('npm', ['config', 'get', 'registry'])).trim();
  await mkdir(join(debian, 'usr/local/etc'), { recursive: true });
  await writeFile(
    join(debian, 'usr/local/etc/npmrc'),
    `registry=${registry}\ncafile=${authorities}\nprefer-offline=true\nupdate-notifier=false\n`,
  );
}
