import { PER_NAMESPACE, placeOf } from './fleet.ts';

interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** etcd takes 128 operations in one transaction, and a megabyte and a half. */
const AT_ONCE = 100;
const LANES = 4;
/** They age, and nobody watches them. */
const LEFT_OUT = /^\/registry\/(events|leases)\//;

/**
 * Copies the first client's namespace, with all that the system under measurement has made of it, straight in etcd, as
 * JSON (`--storage-media-type`). Through the API server ten thousand connections are 250,000 requests, which is what a
 * first start costs and not what is asked here. Names and uids of each copy are its own.
 */
export async function copyNamespace(etcd: string, copies: number): Promise<void> {
  const { namespace } = placeOf(0);
  const seed = (await range(etcd, '/registry/')).filter(
    ({ key }) => !LEFT_OUT.test(key) && key.split('/').includes(namespace),
  );
  let next = 1;
  const lane = async () => {
    for (let copy = next++; copy <= copies; copy = next++) {
      const all = seed.map(({ key, value }) => ({ key: renamed(key, copy), value: renamed(value, copy) }));
      for (let at = 0; at < all.length; at += AT_ONCE) await put(etcd, all.slice(at, at + AT_ONCE));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function renamed(text: string, copy: number): string {
  return text
    .replaceAll(/\bclient-0\b/g, placeOf(copy * PER_NAMESPACE).namespace)
    .replaceAll(/\bshop-(\d+)/g, (_, number: string) => placeOf(copy * PER_NAMESPACE + Number(number)).name)
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b/g, (_, rest: string) => {
      return copy.toString(16).padStart(8, '0') + rest;
    });
}

const encoded = (text: string) => Buffer.from(text).toString('base64');
const decoded = (text: string) => Buffer.from(text, 'base64').toString();

async function range(etcd: string, prefix: string): Promise<KeyValue[]> {
  const found: KeyValue[] = [];
  const end = encoded(prefix.replace(/\/$/, '0'));
  for (let from = prefix, more = true; more;) {
    const page = await ask<{ kvs?: KeyValue[]; more?: boolean }>(etcd, 'range', {
      key: encoded(from),
      range_end: end,
      limit: 500,
    });
    found.push(...(page.kvs ?? []).map(({ key, value }) => ({ key: decoded(key), value: decoded(value) })));
    more = page.more ?? false;
    from = `${found.at(-1)?.key ?? from}\0`;
  }
  return found;
}

function put(etcd: string, all: readonly KeyValue[]): Promise<unknown> {
  const success = all.map(({ key, value }) => ({ requestPut: { key: encoded(key), value: encoded(value) } }));
  return ask(etcd, 'txn', { success });
}

async function ask<T>(etcd: string, what: string, body: object): Promise<T> {
  const answer = await fetch(`${etcd}/v3/kv/${what}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return (await answer.json()) as T;
}
