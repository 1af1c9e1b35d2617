import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { UsageError } from '../exit-code.ts';
import type { Target } from '../target.ts';
import { dismiss, type DismissOptions } from './dismiss.ts';

afterEach(() => void jest.restoreAllMocks());

const target = (): Target =>
  ({ description: 'test', hub: async () => ({ url: 'http://hub', key: 'k' }) }) as unknown as Target;

/** What is said where the hub answers so, and what the hub was asked. */
async function said(answer: object, options: Partial<DismissOptions> = {}) {
  const asked: unknown[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    asked.push([init?.method, url, JSON.parse(init?.body as string)]);
    return Response.json(answer);
  });
  const lines: string[] = [];
  await dismiss(target(), { reason: 'StoreRefused', note: 'by hand, Ada', dryRun: false, ...options }, (line) =>
    lines.push(line),
  );
  return { asked, line: lines.join('\n') };
}

describe('supercargo dismiss', () => {
  it.each([[undefined], [''], ['  ']])('asks for the note before it asks the hub (%j)', async (note) => {
    const refused = said({}, { note });
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow('--note "');
    expect(globalThis.fetch).not.toHaveBeenCalled();
  });

  it('asks the hub for what was named, and says in a sentence what was done', async () => {
    const { asked, line } = await said(
      { matched: 3, dismissed: 3, dryRun: false },
      { record: '1001', connection: 'acme/shop' },
    );
    expect(asked).toEqual([
      [
        'POST',
        'http://hub/api/v1/problems/dismiss',
        { reason: 'StoreRefused', record: '1001', connection: 'acme/shop', note: 'by hand, Ada', dryRun: false },
      ],
    ]);
    expect(line).toBe('3 had the reason StoreRefused for record "1001"; 3 were dismissed, 0 stay as they are');
  });

  it('says what a dry run would do, what is being tried again, and that there is nothing', async () => {
    expect((await said({ matched: 3, dismissed: 2, dryRun: true }, { dryRun: true })).line).toBe(
      '3 have the reason StoreRefused; 2 would be dismissed, 1 would stay as they are (dry run: nothing was done)',
    );
    jest.restoreAllMocks();
    expect((await said({ matched: 1, dismissed: 0, dryRun: false })).line).toBe(
      '1 had the reason StoreRefused; 0 were dismissed, 1 stay as they are, since they are being tried again',
    );
    jest.restoreAllMocks();
    expect((await said({ matched: 0, dismissed: 0, dryRun: false })).line).toBe(
      'nothing open has the reason StoreRefused: "supercargo errors --reason StoreRefused" shows what there is',
    );
  });
});
