import type { PrestaClient } from './client.ts';
import { NoSuchResource, terminal } from './errors.ts';
import { display } from './fields.ts';
import type { Schema } from './schema.ts';

/**
 * Schemas of one run: releases differ, and a shop is updated while we are connected to it. What is not there is not
 * asked for: PrestaShop refuses the whole question.
 */
export class Schemas {
  readonly #client: PrestaClient;
  readonly #signal: AbortSignal;
  readonly #known = new Map<string, Schema | undefined>();

  constructor(client: PrestaClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Undefined where this release has no such resource. */
  async of(resource: string): Promise<Schema | undefined> {
    if (!this.#known.has(resource)) this.#known.set(resource, await this.#read(resource));
    return this.#known.get(resource);
  }

  async #read(resource: string): Promise<Schema | undefined> {
    try {
      return await this.#client.schema(resource, this.#signal);
    } catch (error) {
      if (error instanceof NoSuchResource) return undefined;
      throw error;
    }
  }

  /** For `display`: what must be there, and what else of it this release has. Nothing more leaves the shop. */
  async display(resource: string, needed: readonly string[], wanted: readonly string[] = []): Promise<string> {
    const schema = await this.of(resource);
    if (!schema) throw new NoSuchResource(resource);
    const missing = needed.filter((name) => !schema.fields.has(name));
    if (missing.length > 0)
      throw terminal(
        'UnsupportedSchema',
        `this release of PrestaShop has no ${missing.map((name) => `"${name}"`).join(', ')} at ${resource}: update the shop, or switch off the feed`,
      );
    return display([...needed, ...wanted.filter((name) => schema.fields.has(name))]);
  }
}
