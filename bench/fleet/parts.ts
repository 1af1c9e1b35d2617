import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of the benchmark, and what it says of itself. */
export interface Part<S> {
  readonly child: ChildProcess;
  readonly said: S;
  ask<A>(question: unknown): Promise<A>;
  /** As a node that goes away. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

/** Starts one by its file's name and waits for its first word. */
export async function start<S>(file: string, part: object): Promise<Part<S>> {
  const child = fork(join(import.meta.dirname, file), [JSON.stringify(part)], { stdio: 'inherit' });
  const gone = once(child, 'exit').then(() => {
    throw new Error(`${file} ended before it was asked to`);
  });
  gone.catch(() => undefined);
  const next = async () => ((await Promise.race([once(child, 'message'), gone])) as [unknown])[0];
  let asking: Promise<unknown> = Promise.resolve();
  return {
    child,
    said: (await next()) as S,
    ask<A>(question: unknown): Promise<A> {
      const answer = asking.then(() => {
        child.send(question as object);
        return next();
      });
      asking = answer.catch(() => undefined);
      return answer as Promise<A>;
    },
    async kill() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    async end() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
