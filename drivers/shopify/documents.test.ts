import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { shopifySchema } from '../../simulator/wires/shopify-schema.ts';
import * as documents from './documents.ts';

/*
 * Every question of the driver against Shopify's own schema, of which a trimmed copy lies beside the repository where
 * somebody works on it. Where it does not, that is said, and nothing is taken for checked.
 */
const FOLDER = process.env['SHOPIFY_SCHEMAS'] ?? '../shared/contracts/shopify';

/** Parts that the trimmed copy does not have; the documentation has them. */
const TRIMMED = [
  /"ReturnLineItem"/,
  /"(DiscountCode|AutomaticDiscount|ManualDiscount|ScriptDiscount)Application"/,
  /"deliveryProfiles"/,
];

describe.each(['2026-04', '2026-07'])('what the driver asks of version %s', (version) => {
  const file = `${FOLDER}/admin-${version}.trimmed.graphql`;
  if (!existsSync(file)) {
    it.skip(`NOT CHECKED: there is no ${file}`, () => undefined);
    return;
  }
  const schema = buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true });
  it.each(Object.entries(documents))('%s is in the schema', (_name, document) => {
    const problems = validate(schema, parse(document)).map(({ message }) => message);
    expect(problems.filter((message) => !TRIMMED.some((part) => part.test(message)))).toEqual([]);
  });
});

describe('what the driver asks of the simulated shop', () => {
  const schema = shopifySchema();
  it.each(Object.entries(documents))('%s is in its schema', (_name, document) => {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  });
});
