import { sumUp, writeEach } from '../bulk.ts';
import { chooseConnections, type KindChoice } from '../connection-choice.ts';
import { idOf } from '../scope.ts';
import { settled } from '../settled.ts';
import type { Viewed } from '../status-view.ts';
import type { Target } from '../target.ts';
import type { Patience, Verdict, WaitDoors } from '../waiting.ts';
import { hopeless } from './hopeless.ts';

/** `supercargo enable` and `disable`: sets spec.enabled of connections. Returns the exit code. */
export async function switchConnections(
  target: Target,
  options: KindChoice & { readonly wait?: boolean },
  enabled: boolean,
  patience: Patience,
  doors: WaitDoors,
): Promise<number> {
  const done = enabled ? 'enabled' : 'disabled';
  const chosen = await chooseConnections(target, options);
  const written = await writeEach(
    chosen,
    async (one) => {
      const { kind, metadata } = one;
      await target.setSwitch({ kind, namespace: metadata.namespace, name: metadata.name }, 'enabled', enabled);
      doors.say(`${kind} ${idOf(one)} ${done}`);
    },
    patience.signal,
  );
  const judge = enabled ? runs : (now: Viewed | undefined) => rests(now, target.cluster !== undefined);
  const wait = options.wait ? { ...patience, selector: options.selector, judge } : undefined;
  return sumUp(target, written, done, wait, doors);
}

/** Enabled is Ready: the pod runs and data flows. Pure. */
export function runs(now: Viewed | undefined): Verdict {
  if (now?.spec['enabled'] === false) return { over: true, well: false, words: 'was switched off again' };
  const never = hopeless(now) ?? (now && stalledBy(now));
  if (never !== undefined || !now) return { over: true, well: false, words: `does not run: ${never}` };
  const ready = settled(now, 'Ready');
  if (ready?.status === 'True' && settled(now, 'Suspended')?.status !== 'True')
    return { over: true, well: true, words: 'runs, and is Ready' };
  return { over: false, reason: ready ? `${ready.reason}: ${ready.message}` : 'waits for the operator' };
}

/** Disabled is without a pod: the run under way has ended at a whole page. A running `up` has none. Pure. */
export function rests(now: Viewed | undefined, hasPods: boolean): Verdict {
  if (!now) return { over: true, well: true, words: 'is gone' };
  if (now.spec['enabled'] !== false) return { over: true, well: false, words: 'was switched on again' };
  const deployed = settled(now, 'Deployed');
  if (settled(now, 'Suspended')?.status !== 'True' || !deployed)
    return { over: false, reason: 'waits for the operator' };
  if (!hasPods) return { over: true, well: true, words: 'rests' };
  if (deployed.reason === 'Inactive') return { over: true, well: true, words: 'rests: no pod runs' };
  return { over: false, reason: `${deployed.reason}: ${deployed.message}` };
}

/** What a person must do before this very spec can run. Pure. */
export function stalledBy(now: Viewed): string | undefined {
  if (settled(now, 'Stalled')?.status !== 'True') return undefined;
  const ready = settled(now, 'Ready');
  return ready ? `${ready.reason}: ${ready.message}` : 'a person must act';
}
