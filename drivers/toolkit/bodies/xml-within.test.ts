import { describe, expect, it } from '@jest/globals';
import { NoSuchXml, xmlWithin } from './xml-within.ts';

async function within(body: string, size: number): Promise<string> {
  const bytes = async function* () {
    const whole = Buffer.from(body);
    for (let at = 0; at < whole.length; at += size) yield await Promise.resolve(whole.subarray(at, at + size));
  };
  const parts: Uint8Array[] = [];
  for await (const part of xmlWithin(bytes(), 'shop')) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe.each([1, 2, 7, 1000])('XML within a body that comes %i bytes at a time', (size) => {
  it.each([
    ['alone', '<shop>a</shop>', '<shop>a</shop>'],
    ['between notices', '<b>Notice</b>: ü\n<shop a="1">é</shop>\n<hr>', '<shop a="1">é</shop>'],
    ['behind an element of a longer name', '<shopping>no</shopping><shop\n>a</shop>', '<shop\n>a</shop>'],
    ['that is cut off', 'Notice <shop><a>', '<shop><a>'],
  ])('%s', async (_what, body, expected) => {
    expect(await within(body, size)).toBe(expected);
  });

  it.each(['', '<html>maintenance</html>', '<shopping/>', '<shop'])('there is none in %p', async (body) => {
    const error = await within(body, size).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoSuchXml);
    expect((error as NoSuchXml).head).toBe(body);
  });
});
