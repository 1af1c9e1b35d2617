import { forgetAnswer } from '../../model/rest/forget.ts';
import { hubApi } from '../hub-api.ts';
import type { StoreOptions, Target } from '../target.ts';

export interface WhomToForget {
  readonly order?: string;
  readonly person?: string;
}

/** `supercargo forget`: erases the person of an order, or a person from all closed orders. Says nobody's name. */
export async function forget(
  target: Target,
  { order, person }: WhomToForget,
  of: StoreOptions,
  say: (line: string) => void,
): Promise<boolean> {
  if ((order === undefined) === (person === undefined)) throw new Error('give --order NUMBER or --person EMAIL');
  const hub = await hubApi(target, of);
  const { forgotten, open } = await hub.post(forgetAnswer, '/forget', { order, person });
  if (forgotten.length === 0 && open.length === 0) say('the hub has no order of that person');
  if (forgotten.length > 0) say(`personal data erased from ${orders(forgotten)}`);
  if (open.length > 0)
    say(
      `left as ${open.length === 1 ? 'it is' : 'they are'}, because still open: ${orders(open)}. Ask again once closed`,
    );
  say('the shop, the back office and older backups have copies of their own');
  return open.length === 0;
}

const orders = (numbers: readonly string[]): string =>
  `${numbers.length === 1 ? 'order' : `${numbers.length} orders:`} ${numbers.slice(0, 20).join(', ')}${numbers.length > 20 ? ', …' : ''}`;
