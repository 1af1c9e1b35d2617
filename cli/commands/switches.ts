import { choose, idOf, type Choice } from '../scope.ts';
import type { Target } from '../target.ts';

/** `supercargo enable` and `disable`: sets spec.enabled of Connections. */
export async function switchConnections(
  target: Target,
  choice: Choice,
  enabled: boolean,
  say: (line: string) => void,
): Promise<void> {
  const done = enabled ? 'enabled' : 'disabled';
  const chosen = await choose(target, 'Connection', choice);
  for (const { metadata } of chosen) {
    await target.setSwitch(
      { kind: 'Connection', namespace: metadata.namespace, name: metadata.name },
      'enabled',
      enabled,
    );
    say(`Connection ${idOf({ metadata })} ${done}`);
  }
  if (chosen.length > 1) say(`${chosen.length} ${done}`);
}
