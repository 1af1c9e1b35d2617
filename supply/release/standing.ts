import { tryRun } from '../../test/cluster/exec.ts';
import { chartOf, type Plan } from './plan.ts';

/** What a registry has of a version: its chart is pushed last, and signed after that. */
export type Standing =
  | { readonly is: 'absent' }
  /** An earlier try ended between the two. */
  | { readonly is: 'unsigned'; readonly chart: string }
  | { readonly is: 'released' };

const ABSENT = /MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found/;
const NOTHING_BESIDE = 'No Supply Chain Security Related Artifacts found';

/**
 * Asks the registry. One that does not answer, or refuses to, has said nothing of the version: taken for absent, a
 * release would be written over.
 *
 * @throws Error with what the registry said.
 */
export async function standingOf(
  plan: Plan,
  { crane, cosign }: { readonly crane: string; readonly cosign: string },
): Promise<Standing> {
  const tag = `${chartOf(plan)}:${plan.version}`;
  const found = await tryRun(crane, ['digest', ...(plan.plainHttp ? ['--insecure'] : []), tag]);
  if (found.code !== 0) {
    if (ABSENT.test(found.stderr)) return { is: 'absent' };
    throw unknown(tag, found.stderr);
  }
  const chart = `${chartOf(plan)}@${found.stdout.trim()}`;
  const beside = await tryRun(cosign, ['tree', ...(plan.plainHttp ? ['--allow-http-registry'] : []), chart]);
  if (beside.code !== 0) throw unknown(tag, beside.stderr);
  return beside.stdout.includes(NOTHING_BESIDE) ? { is: 'unsigned', chart } : { is: 'released' };
}

function unknown(tag: string, stderr: string): Error {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return new Error(
    `whether ${tag} is there already could not be found out (${said}): see to the registry and the logins to it, then run this again`,
  );
}
