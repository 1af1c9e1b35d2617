import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Beside this file: compiled to JavaScript when this is (as in the image), else TypeScript with types stripped. */
const fileOf = (name: string): string =>
  join(import.meta.dirname, name + (import.meta.filename.endsWith('.ts') ? '.ts' : '.js'));

export const scriptPath = fileOf;

/** Starts a process of the benchmark and waits for its first message. */
export async function startChild<T>(
  name: string,
  env: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
): Promise<{ child: ChildProcess; first: T }> {
  const child = fork(fileOf(name), [], {
    env: { ...process.env, ...env },
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const first = await new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it was ready`)));
  });
  return { child, first };
}

/** Asks a process to stop and waits until it has. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.send('stop');
  await gone;
}
