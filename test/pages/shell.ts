import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { binariesFolder, cacheFolder } from '../cluster/cache.ts';
import { tryRun } from '../cluster/exec.ts';
import { waitFor } from '../cluster/wait.ts';
import { ROOT } from './pages.ts';
import type { Run } from './plan.ts';

/** What a run left behind that is no variable of the reader's. */
const NOT_THE_READERS = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD']);
const NOT_IN_A_CLONE = new Set(['.git', '.supercargo', 'dist', 'my-shop']);
const LIMIT_MS = 150_000;

export interface ShellOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What stands for the names in the pages: NAMESPACE, NAME. */
  readonly fill?: Readonly<Record<string, string>>;
}

/**
 * A reader at a terminal: in a folder that looks like a clone of the repository, with `supercargo`, `kubectl` and
 * `helm` in the PATH. Commands are run one after the other, word by word as the page has them; variables that one sets
 * are there for the next.
 */
export class Shell {
  readonly folder: string;
  fill: Record<string, string>;
  readonly #home: string;
  #env: Record<string, string | undefined>;
  readonly #running: { readonly child: ChildProcess; readonly ended: Promise<unknown> }[] = [];

  private constructor(home: string, { env, fill }: ShellOptions) {
    this.#home = home;
    this.folder = join(home, 'clone');
    this.fill = { ...fill };
    const path = [join(home, 'bin'), join(ROOT, 'node_modules', '.bin'), binariesFolder(), process.env['PATH']];
    this.#env = { ...process.env, SUPERCARGO_HUB_URL: undefined, SUPERCARGO_API_KEY: undefined };
    // A kubeconfig of whoever runs the tests is not theirs to touch.
    const own = { KUBECONFIG: '/nonexistent', HOME: home, SUPERCARGO_CACHE: dirname(cacheFolder()) };
    Object.assign(this.#env, { ...own, ...env, PATH: path.join(':') });
  }

  static async open(options: ShellOptions = {}): Promise<Shell> {
    const home = await mkdtemp(join(tmpdir(), 'supercargo-pages-'));
    // The user of an embedded database must be able to come to its folder in here.
    await chmod(home, 0o711);
    for (const folder of ['bin', 'clone']) await mkdir(join(home, folder));
    for (const entry of await readdir(ROOT))
      if (!NOT_IN_A_CLONE.has(entry)) await symlink(join(ROOT, entry), join(home, 'clone', entry));
    for (const name of ['supercargo', 'kubectl-supercargo', 'kubectl_complete-supercargo'])
      await symlink(join(ROOT, name === 'kubectl-supercargo' ? 'supercargo' : name), join(home, 'bin', name));
    return new Shell(home, options);
  }

  /** Its exit code, and all that it printed. One that stays is run until it says what it is waited for. */
  async run(row: Run): Promise<{ code: number; printed: string }> {
    const fill = withOwn(this.fill, row);
    const text = commandLine(row, fill);
    if (row.alone) await this.endAll();
    if (row.stays) return { code: 0, printed: await this.#start(text, row.stays) };
    const then = row.then === undefined ? '' : filled(row.then, fill);
    return this.#once({ text, then, answer: row.answer, cwd: row.inTheClone ? ROOT : this.folder });
  }

  /** Ends what goes on running, as Ctrl-C does. */
  async endAll(): Promise<void> {
    for (const { child } of this.#running) {
      try {
        process.kill(-child.pid!, 'SIGINT');
      } catch {
        /* it has ended by itself */
      }
    }
    for (const { ended } of this.#running.splice(0)) await ended;
  }

  async close(): Promise<void> {
    await this.endAll();
    await rm(this.#home, { recursive: true, force: true });
  }

  async #once({ text, then, answer, cwd }: Typed): Promise<{ code: number; printed: string }> {
    const file = join(this.#home, 'command.sh');
    const left = join(this.#home, 'variables');
    await writeFile(file, `set -a\n${text}\nended=$?\n${then}\nenv -0 > '${left}'\nexit $ended\n`);
    const terminal = ['script', ['--quiet', '--return', '--command', `bash ${file}`, '/dev/null']] as const;
    const [program, args] = answer === undefined ? (['bash', [file]] as const) : terminal;
    const { code, stdout, stderr } = await tryRun(program, args, {
      ...{ cwd, env: this.#env, timeout: LIMIT_MS },
      input: answer === undefined ? '' : `${answer}\n`,
    });
    await this.#keepVariables(left);
    return { code, printed: stdout + stderr };
  }

  async #keepVariables(file: string): Promise<void> {
    if ((await lstat(file).catch(() => undefined)) === undefined) return;
    for (const entry of (await readFile(file, 'utf8')).split('\0')) {
      const [name = '', ...value] = entry.split('=');
      if (name !== '' && !NOT_THE_READERS.has(name)) this.#env[name] = value.join('=');
    }
    await rm(file);
  }

  async #start(text: string, says: RegExp): Promise<string> {
    const child = spawn('bash', ['-c', text], {
      ...{ cwd: this.folder, env: this.#env, detached: true },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => (printed += part));
    this.#running.push({ child, ended });
    const look = async (): Promise<true> => {
      if (!says.test(printed)) throw new Error(`it printed:\n${printed}`);
      return true;
    };
    await waitFor(text, look, { timeout: LIMIT_MS, alive: () => child.exitCode === null });
    return printed;
  }
}

interface Typed {
  readonly text: string;
  /** Behind it, in the same shell. */
  readonly then: string;
  readonly answer: string | undefined;
  readonly cwd: string;
}

type Fill = Readonly<Record<string, string>>;

/** What stands for the row's own names may have names of the world in it. */
function withOwn(world: Fill, { fill = {} }: Run): Fill {
  const own = Object.entries(fill).map(([name, value]) => [name, filled(value, world)] as const);
  return { ...world, ...Object.fromEntries(own) };
}

/** What is typed: the page's words, with a reader's own names in place of the page's. */
export function commandLine(row: Run, fill: Fill): string {
  const text = filled(row.text, fill);
  // Behind it the prompt comes back; it is ended with the others all the same.
  return row.stays ? `exec ${text.replace(/\s*&$/, '')}` : text;
}

/** Names in capitals are whole words; whatever else is to be replaced stands as it is. The longest first. */
export function filled(text: string, fill: Fill): string {
  const names = Object.keys(fill).sort((a, b) => b.length - a.length);
  if (names.length === 0) return text;
  const pattern = names.map((name) => {
    const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return /^[A-Z]/.test(name) && /[A-Z]$/.test(name) ? `(?<![$A-Z_])${literal}(?![A-Z_])` : literal;
  });
  return text.replaceAll(new RegExp(pattern.join('|'), 'g'), (name) => fill[name]!);
}
