import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DriverError, retry } from '../../contract/index.ts';
import { delimited, type DelimitedOptions } from './delimited.ts';
import { gunzip } from './gunzip.ts';
import { jsonLines, lines } from './lines.ts';
import { toXml } from './to-xml.ts';
import { child, childText } from './xml.ts';
import { xmlRecords } from './xml-records.ts';

/** Bytes as they come, cut anywhere. */
async function* bytes(content: string | Uint8Array, size = 3): AsyncGenerator<Uint8Array> {
  const whole = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < whole.length; at += size) yield await Promise.resolve(whole.subarray(at, at + size));
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function refusal(values: AsyncIterable<unknown>): Promise<DriverError['details']> {
  const error = await all(values).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DriverError);
  return (error as DriverError).details;
}

async function* breaking(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* bytes(content);
  throw retry('ConnectionFailed', 'the connection broke');
}

describe('gunzip', () => {
  const text = async (packed: AsyncIterable<Uint8Array>) => Buffer.concat(await all(gunzip(packed))).toString();

  it('unpacks one file, and several behind one another', async () => {
    expect(await text(bytes(gzipSync('Müller')))).toBe('Müller');
    expect(await text(bytes(Buffer.concat([gzipSync('a'), gzipSync('b')])))).toBe('ab');
  });

  it('says so where it is cut off, or is no gzip', async () => {
    expect(await refusal(gunzip(bytes(gzipSync('x'.repeat(5000)).subarray(0, 30))))).toMatchObject({
      behaviour: 'retry',
      reason: 'UnexpectedPayload',
    });
    expect(await refusal(gunzip(bytes('<html>')))).toMatchObject({ reason: 'UnexpectedPayload' });
  });

  it("hands on what the connection's own fault is", async () => {
    expect(await refusal(gunzip(breaking(gzipSync('x'.repeat(99)).subarray(0, 12))))).toMatchObject({
      reason: 'ConnectionFailed',
    });
  });
});

describe('lines', () => {
  it.each<[string, string, string[]]>([
    ['with an end at the end', 'a\nb\n', ['a', 'b']],
    ['without', 'a\nb', ['a', 'b']],
    ['of Windows', 'a\r\n\r\nb\r\n', ['a', '', 'b']],
    ['of nothing', '', []],
  ])('%s', async (_what, content, expected) => {
    expect(await all(lines(bytes(content)))).toEqual(expected);
  });

  it('are cut where they end, wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 1, max: 9 }),
        async (given, size) => {
          const clean = given.map((line) => line.replace(/[\r\n]/g, ''));
          expect(await all(lines(bytes(clean.map((line) => `${line}\n`).join(''), size)))).toEqual(clean);
        },
      ),
    );
  });

  it('are read in another charset', async () => {
    expect(await all(lines(bytes(Buffer.from('M\xfcller', 'latin1')), 'windows-1252'))).toEqual(['Müller']);
    expect(await all(lines(bytes(Buffer.from([0x83, 0x65, 0x83, 0x58])), 'shift_jis'))).toEqual(['テス']);
  });

  it('are values of JSON, and the one that is none is named', async () => {
    expect(await all(jsonLines(bytes('{"a":1}\n\n[2]\n')))).toEqual([{ a: 1 }, [2]]);
    expect(await refusal(jsonLines(bytes('{"a":1}\n{"b"')))).toMatchObject({
      reason: 'UnexpectedPayload',
      message: expect.stringContaining('line 2'),
    });
  });
});

describe('a table', () => {
  it.each<[string, string, DelimitedOptions, unknown]>([
    [
      'of tabs, where a quote is a character',
      'sku\tname\nA\t5" pipe\n',
      { separator: '\t', quote: false },
      [{ sku: 'A', name: '5" pipe' }],
    ],
    [
      'with quotes, and line ends within',
      'sku,name\r\nA,"one, ""two""\nthree"\r\n',
      {},
      [{ sku: 'A', name: 'one, "two"\nthree' }],
    ],
    ['that begins with a byte order mark', '\ufeffsku;n\nA;1\n', { separator: ';' }, [{ sku: 'A', n: '1' }]],
    ['with a short row, which is not the end of it', 'sku,name\nA\nB,b\n', {}, [{ sku: 'A' }, { sku: 'B', name: 'b' }]],
    ['of names alone', 'sku,name\n', {}, []],
  ])('%s', async (_what, content, options, rows) => {
    expect(await all(delimited(bytes(content), options))).toEqual(rows);
  });

  it('that ends within quotes was cut off', async () => {
    expect(await refusal(delimited(bytes('sku,name\nA,"b')))).toMatchObject({ reason: 'UnexpectedPayload' });
  });
});

describe('XML', () => {
  const catalogue = `<?xml version="1.0" encoding="UTF-8"?>
    <C v="1"><P id="1"><NAME lang="de">Stra&#223;e &amp; <![CDATA[<b>]]></NAME><V><SKU> A </SKU></V></P><X><P id="no"/></X><P id="2"/></C>`;

  it('gives the elements at a path, each as it ends', async () => {
    const [first, second, ...more] = await all(xmlRecords(bytes(catalogue), 'C/P'));
    expect(more).toEqual([]);
    expect([first!.attributes, second!.attributes]).toEqual([{ id: '1' }, { id: '2' }]);
    expect([childText(first, 'NAME'), child(first, 'NAME')!.attributes]).toEqual(['Straße & <b>', { lang: 'de' }]);
    expect([childText(first, 'V', 'SKU'), childText(first, 'V', 'EAN'), childText(second, 'V', 'SKU')]).toEqual([
      'A',
      undefined,
      undefined,
    ]);
  });

  it('is read in the charset that its first line names', async () => {
    const content = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>M\xfcller</a>', 'latin1');
    expect((await all(xmlRecords(bytes(content, 60), 'a')))[0]!.text).toBe('Müller');
  });

  it.each([
    ['that defines entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['that refers to a file', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ['with an entity of its own', '<a>&b;</a>'],
    ['that is cut off', '<a><b>1</b>'],
    ['that is a web page', '<html><br></html>'],
    ['that is nothing', ''],
  ])('%s is refused', async (_what, content) => {
    expect(await refusal(xmlRecords(bytes(content, 100), 'a'))).toMatchObject({ reason: 'UnexpectedPayload' });
  });

  it('that is written can be read again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (content, attribute) => {
        const written = toXml({
          name: 'a',
          attributes: { b: attribute, c: undefined },
          content: [{ name: 'd', content }],
        });
        const [read] = await all(xmlRecords(bytes(written, 50), 'a'));
        // eslint-disable-next-line no-control-regex -- XML cannot hold them
        const kept = content.toWellFormed().replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '');
        expect(child(read, 'd')!.text).toBe(kept);
        expect(read!.attributes['b']).toBe(attribute.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '')); // eslint-disable-line no-control-regex -- as above
      }),
    );
    expect(() => toXml({ name: 'a b' })).toThrow('no name');
  });
});

describe('a file far larger than the memory', () => {
  it.each([
    ['jsonLines', `jsonLines(gunzip(packed(JSON.stringify({ sku: 'A', name: 'x'.repeat(200) }) + '\\n')))`],
    ['delimited', `delimited(gunzip(packed('A,' + 'x'.repeat(200) + '\\n', 'sku,name\\n')))`],
    ['xmlRecords', `xmlRecords(gunzip(packed('<p><n>' + 'x'.repeat(200) + '</n></p>', '<c>', '</c>')), 'c/p')`],
  ])(
    'is read as it comes: %s',
    async (_name, reading) => {
      const folder = new URL('.', import.meta.url).href;
      const script = `
      import { gzipSync } from 'node:zlib';
      import { gunzip } from '${folder}gunzip.ts';
      import { jsonLines } from '${folder}lines.ts';
      import { delimited } from '${folder}delimited.ts';
      import { xmlRecords } from '${folder}xml-records.ts';
      async function* packed(row, head = '', tail = '') {
        const block = gzipSync(row.repeat(5000));
        yield gzipSync(head);
        for (let at = 0; at < 120; at++) yield block;
        yield gzipSync(tail);
      }
      let rows = 0;
      for await (const _row of ${reading}) rows++;
      console.log(rows);`;
      const flags = ['--max-old-space-size=32', '--disable-warning=ExperimentalWarning', '--input-type=module'];
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', script]);
      // 600,000 rows of more than 200 bytes in 32 MiB.
      expect(stdout.trim()).toBe('600000');
    },
    60_000,
  );
});
