import { expect, it } from '@jest/globals';
import { requestOf } from './requests.ts';

const asked = (value: string | undefined) =>
  requestOf({ metadata: { annotations: value === undefined ? {} : { asked: value } } }, 'asked');

it('a request is its value; one that no status could hold is its beginning and a digest', () => {
  expect(asked(undefined)).toBeUndefined();
  expect(asked('2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00Z');
  expect(asked('x'.repeat(253))).toBe('x'.repeat(253));
  const [one, other] = [asked('x'.repeat(320)), asked(`${'x'.repeat(319)}y`)];
  expect(one).toMatch(/^x{236}#[0-9a-f]{16}$/);
  expect(other).not.toBe(one);
  expect(asked('x'.repeat(320))).toBe(one);
});
