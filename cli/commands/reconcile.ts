import { ANNOTATIONS } from '../../crds/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { choose, idOf, type Choice } from '../scope.ts';
import { kindOf, type Target } from '../target.ts';

/** `supercargo reconcile`: the operator looks again. It waits for nothing: what it finds stands in the conditions. */
export async function askReconcile(
  target: Target,
  options: Choice & { readonly kind: string },
  clock: Clock,
  say: (line: string) => void,
): Promise<void> {
  const kind = kindOf(options.kind);
  const chosen = await choose(target, kind, options);
  const value = clock.now().toISOString();
  for (const { metadata } of chosen) {
    await target.annotate(
      { kind, namespace: metadata.namespace, name: metadata.name },
      { [ANNOTATIONS.reconcileRequested]: value },
    );
    say(`${kind} ${idOf({ metadata })}: the operator has been asked to look at it`);
  }
}
