import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultScheduleOf, FEED_TYPES, rankOf } from '../../model/feeds.ts';

it('docs/feeds.md has each type of feed in the order of a first sync, with its usual schedule', async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'feeds.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \| (.+) \|$/gm)].map(([, type, , schedule]) => [type, schedule]);
  const types = FEED_TYPES.toSorted((one, other) => rankOf(one) - rankOf(other));
  expect(rows).toEqual(
    types.map((type) => {
      const schedule = defaultScheduleOf(type);
      return [type, schedule === undefined ? 'once, and when it is asked for' : `\`${schedule}\``];
    }),
  );
});
