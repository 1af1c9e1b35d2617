import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sax from 'sax';
import { HasDocumentType, XmlScanner } from './xml-scanner.ts';
import { NoXml } from './xml-words.ts';

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

/** Makes a tree of what it is told. */
class Tree {
  root: Node | undefined;
  readonly #open: Node[] = [];

  begin(name: string, attributes: Node['attributes']): void {
    const node: Node = { name, attributes: { ...attributes }, children: [], text: '' };
    this.#open.at(-1)?.children.push(node);
    this.root ??= node;
    this.#open.push(node);
  }

  text(value: string): void {
    const open = this.#open.at(-1);
    if (open) open.text += value;
  }

  end(): void {
    this.#open.pop();
  }

  leaf(name: string, text: string): void {
    this.begin(name, {});
    this.text(text);
    this.end();
  }
}

/** In pieces of `size` letters, so that anything may be cut. */
function scanned(content: string, size = content.length): Node | undefined {
  const tree = new Tree();
  const scanner = new XmlScanner(tree);
  for (let at = 0; at < content.length; at += size) scanner.write(content.slice(at, at + size));
  scanner.end();
  return tree.root;
}

/** By a parser that others wrote. */
function bySax(content: string): Node | undefined {
  const tree = new Tree();
  const parser = sax.parser(true, { trim: false, normalize: false, position: false });
  parser.onopentag = ({ name, attributes }) => tree.begin(name, attributes as Node['attributes']);
  parser.ontext = (value) => tree.text(value);
  parser.oncdata = (value) => tree.text(value);
  parser.onclosetag = () => tree.end();
  parser.onerror = (error) => {
    throw error;
  };
  parser.write(content).close();
  return tree.root;
}

const name = fc.stringMatching(/^[a-z_é][a-z\d_.:é-]{0,8}$/);
const blank = fc.constantFrom('', ' ', '\n', '\t ');
const words = fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[<&]/g, ''));
const entity = fc.constantFrom('&amp;', '&lt;', '&gt;', '&quot;', '&apos;', '&#223;', '&#x1F600;', '&#10;');
const text = fc.array(fc.oneof(words, entity, blank), { maxLength: 4 }).map((parts) => parts.join(''));
const cdata = fc.string({ maxLength: 15 }).map((inner) => `<![CDATA[${inner.replaceAll(']]>', '')}]]>`);
const aside = fc.constantFrom('<!-- <a> & -->', '<?php <b> ?>', '<!---->');
const attribute = fc
  .record({ key: name, value: text, quote: fc.constantFrom('"', "'"), before: blank, after: blank })
  .map(
    ({ key, value, quote, before, after }) => `${key}${before}=${after}${quote}${value.replaceAll(quote, '>')}${quote}`,
  );
const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .record({
      tag: name,
      attributes: fc.array(attribute, { maxLength: 3 }),
      content: fc.array(tie('content'), { maxLength: 4 }),
      end: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, blank),
    })
    .map(({ tag, attributes, content, end }) => {
      const head = [tag, ...attributes].join(' ') + end;
      return content.length === 0 ? `<${head}/>` : `<${head}>${content.join('')}</${tag}${end}>`;
    }),
  content: fc.oneof({ maxDepth: 4 }, text, cdata, aside, tie('element')),
}));

describe('a scanner of XML', () => {
  it('reads what another parser reads, wherever the pieces are cut', () => {
    fc.assert(
      fc.property(element, blank, fc.integer({ min: 1, max: 9 }), (root, behind, size) => {
        const content = `<?xml version="1.0"?>\n<!-- head -->${root}${behind}`;
        const expected = bySax(content);
        expect(scanned(content)).toEqual(expected);
        expect(scanned(content, size)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '<a><![CDATA[one]]> and <![CDATA[two]]></a>',
    '<a><![CDATA[one]]><b/></a>',
    '<a><![CDATA[one]]>, a></a>',
    '<a><![CDATA[]]></a>',
    '<a><![CDATA[]]]]><![CDATA[>]]></a>',
    '<a><b><![CDATA[one]]>\n</b><b><![CDATA[</b>]]></b ></a>',
  ])('reads %s as it stands', (content) => {
    for (const size of [1, 2, 5, content.length]) expect(scanned(content, size)).toEqual(bySax(content));
  });

  it('that was cut off is never taken for whole', () => {
    fc.assert(
      fc.property(element, fc.nat(), fc.integer({ min: 1, max: 9 }), (root, cut, size) => {
        expect(() => scanned(root.slice(0, cut % root.length), size)).toThrow(NoXml);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a tag that is closed by another', '<a><b></a></b>'],
    ['a tag that is closed by a longer one', '<a></ab>'],
    ['CDATA whose tag is closed by a longer one', '<a><![CDATA[b]]></ab>'],
    ['CDATA whose tag is closed by another', '<a><![CDATA[b]]></c>'],
    ['a tag that is closed and was not opened', '<a/></a>'],
    ['two roots', '<a/><b/>'],
    ['text before the root', 'Notice: <a/>'],
    ['text behind the root', '<a/> and more'],
    ['CDATA behind the root', '<a/><![CDATA[b]]>'],
    ['an entity that nobody defined', '<a>&nbsp;</a>'],
    ['an entity of that kind in an attribute', '<a b="&nbsp;"/>'],
    ['an ampersand alone', '<a>Smith & Sons</a>'],
    ['a number that is no letter', '<a>&#x110000;</a>'],
    ['an attribute without quotes', '<a b=c/>'],
    ['an attribute without a value', '<a b/>'],
    ['attributes that stand too close', '<a b="1"c="2"/>'],
    ['a tag without a name', '<a>< b></b></a>'],
    ['an unknown kind of markup', '<a><!ELEMENT b></a>'],
    ['a comment without an end', '<a/><!-- '],
    ['text alone', 'maintenance'],
    ['blanks alone', ' \n'],
  ])('refuses %s', (_what, content) => {
    for (const size of [1, 2, content.length]) expect(() => scanned(content, size)).toThrow(NoXml);
  });

  it.each(['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<!DOCTYPE html><a/>'])(
    'refuses a document type: %s',
    (file) => {
      for (const size of [1, 5, file.length]) expect(() => scanned(file, size)).toThrow(HasDocumentType);
    },
  );

  it('keeps no tag and no entity without an end', () => {
    const scanner = new XmlScanner(new Tree());
    const endless = () => {
      scanner.write('<a b="');
      for (let at = 0; at < 40; at++) scanner.write('x'.repeat(50_000));
    };
    expect(endless).toThrow(NoXml);
  });

  it('takes names that are digits, which PrestaShop 8.0 writes', () => {
    expect(scanned('<group><0><![CDATA[]]></0></group>')?.children[0]).toMatchObject({ name: '0', text: '' });
  });

  it('gives names of attributes that objects have by themselves as they are', () => {
    expect(scanned('<a constructor="1" toString="2"/>')?.attributes).toEqual({ constructor: '1', toString: '2' });
  });
});
