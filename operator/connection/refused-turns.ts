import type { Key } from '../../kit/kube/objects.ts';
import type { Turn } from '../waves/turn.ts';
import type { ChildProblem } from './gather.ts';

interface Refused {
  readonly revision: string;
  readonly problem: ChildProblem;
  readonly againAt: number;
}

/**
 * Whose turn ended with the API server refusing the Deployment. Without a memory of it the connection would ask for the
 * next turn at once, say meanwhile that all is well, and be refused again, several times a second.
 */
export class RefusedTurns {
  readonly #refused = new Map<Key, Refused>();

  note(key: Key, turn: Turn | undefined, refusal: { readonly problem: ChildProblem; readonly againAt: number }): void {
    if (turn?.waits === false) this.#refused.set(key, { revision: turn.mark.revision, ...refusal });
  }

  /** What was said of the turn that it asks for now. Another revision has yet to be tried. */
  of(key: Key, turn: Turn | undefined): Refused | undefined {
    const refused = this.#refused.get(key);
    return turn?.waits && refused?.revision === turn.revision ? refused : undefined;
  }

  /** It was taken, or the connection is gone. */
  forget(key: Key): void {
    this.#refused.delete(key);
  }
}
