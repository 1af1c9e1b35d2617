import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { FeedType } from '../model/feeds.ts';
import { builtinDrivers } from './registry.ts';

/** The simulated Vendure is the quickstart. */
const FOLDER: Readonly<Record<string, string>> = { vendure: 'quickstart' };
/** Not what one begins with: a look at what is there, pictures alone, suppliers where the shop has some. */
const LATER: readonly FeedType[] = ['StockCheck', 'ProductImageImport', 'SupplierImport', 'ProductSupplierImport'];

it.each([...builtinDrivers().keys()])(
  'the example of %s has the feeds that its driver serves, and no others',
  (name) => {
    const file = new URL(`../examples/${FOLDER[name] ?? name}/feeds.yaml`, import.meta.url);
    const there = parseAllDocuments(readFileSync(file, 'utf8')).map(
      (document) => (document.toJS() as { readonly spec: { readonly type: FeedType } }).spec.type,
    );
    const served = builtinDrivers().get(name)!.manifest.feeds;
    // What comes with another feed needs none of its own.
    const needed = served.filter(({ type, via }) => via === undefined && !LATER.includes(type));
    expect(needed.map(({ type }) => type).filter((type) => !there.includes(type))).toEqual([]);
    expect(there.filter((type) => !served.some((feed) => feed.type === type))).toEqual([]);
  },
);
