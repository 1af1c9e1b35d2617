import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { FeedType } from '../model/feeds.ts';
import { builtinDrivers } from './registry.ts';

/** The simulated Vendure is the quickstart. */
const FOLDER: Readonly<Record<string, string>> = { vendure: 'quickstart' };
/** Not what one begins with: a look at what is there; pictures alone. What comes with another feed needs none. */
const LATER: readonly FeedType[] = ['StockCheck', 'ProductImageImport'];

it.each([...builtinDrivers().keys()])('the example of %s has a feed of each type that its driver serves', (name) => {
  const file = new URL(`../examples/${FOLDER[name] ?? name}/feeds.yaml`, import.meta.url);
  const feeds = parseAllDocuments(readFileSync(file, 'utf8')).map(
    (document) => (document.toJS() as { readonly spec: { readonly type: FeedType } }).spec.type,
  );
  const served = builtinDrivers()
    .get(name)!
    .manifest.feeds.filter(({ type, via }) => via === undefined && !LATER.includes(type))
    .map(({ type }) => type);
  expect(feeds.filter((type) => !LATER.includes(type)).toSorted()).toEqual(served.toSorted());
});
