import { expect, it } from '@jest/globals';
import { ownDatabase } from '../../test/support/postgres.ts';

it('a server that logs the values of statements that fail has none from the sessions of the hub', async () => {
  const db = await ownDatabase({ settings: { log_parameter_max_length_on_error: '-1' } });
  try {
    const shown = () => db.query('SHOW log_parameter_max_length_on_error');
    // At the same time: each has a session of its own.
    for (const rows of await Promise.all([shown(), shown(), shown()]))
      expect(rows).toEqual([{ log_parameter_max_length_on_error: '0' }]);
    expect(await db.transaction((tx) => tx.query('SHOW log_parameter_max_length_on_error'))).toEqual([
      { log_parameter_max_length_on_error: '0' },
    ]);
  } finally {
    await db.close();
  }
}, 60_000);
