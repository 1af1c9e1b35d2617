import { ANNOTATIONS } from '../../crds/index.ts';
import { sumUp, writeEach } from '../bulk.ts';
import { chooseNamed, type KindChoice } from '../connection-choice.ts';
import { idOf } from '../scope.ts';
import type { Target } from '../target.ts';
import type { Patience, WaitDoors } from '../waiting.ts';

/**
 * `supercargo reconcile`: the operator looks again. It waits for nothing, as no status says that it has looked: what it
 * finds stands in the conditions. Returns the exit code.
 */
export async function askReconcile(
  target: Target,
  options: KindChoice & { readonly kind: string },
  { signal }: Pick<Patience, 'signal'>,
  doors: WaitDoors,
): Promise<number> {
  const chosen = await chooseNamed(target, options);
  const value = doors.clock.now().toISOString();
  const written = await writeEach(
    chosen,
    async (one) => {
      const { kind, metadata } = one;
      await target.annotate(
        { kind, namespace: metadata.namespace, name: metadata.name },
        { [ANNOTATIONS.reconcileRequested]: value },
      );
      doors.say(`${kind} ${idOf(one)}: the operator has been asked to look at it`);
    },
    signal,
  );
  return sumUp(target, written, 'asked for', undefined, doors);
}
