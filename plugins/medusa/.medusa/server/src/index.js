// Medusa has no outgoing webhooks. This plugin posts the ids of what changed, signed by the Standard Webhooks
// specification, to the addresses that Supercargo's driver leaves in the metadata of the store. Ids alone: whoever gets
// hold of a message learns nothing of a customer. A lost message costs time only, Supercargo polls all the same.
'use strict';
const { createHmac, randomUUID } = require('node:crypto');

const KEY = 'supercargo_webhooks';
const ATTEMPTS = 3;
/** One checkout is a dozen events: they are collected for this long, which also lets what they tell of be written. */
const COLLECT_MS = 300;

const waiting = { orders: new Set(), products: new Set(), timer: undefined };

/** The store, with whoever is to be told. */
async function storeOf(scope) {
  const [store] = await scope.resolve('store').listStores({}, { take: 1 });
  return { store, webhooks: store?.metadata?.[KEY] ?? [] };
}

/** Keeps the addresses as a whole. */
async function keep(scope, webhooks) {
  const { store } = await storeOf(scope);
  await scope.resolve('store').updateStores(store.id, { metadata: { ...store.metadata, [KEY]: webhooks } });
}

/** Collects ids, and sends them all together. */
function note(scope, kind, ids) {
  for (const id of ids) if (typeof id === 'string') waiting[kind].add(id);
  waiting.timer ??= setTimeout(() => void send(scope).catch((error) => warn(scope, String(error))), COLLECT_MS);
}

async function send(scope) {
  waiting.timer = undefined;
  const body = JSON.stringify({ type: 'changed', orders: [...waiting.orders], products: [...waiting.products] });
  waiting.orders.clear();
  waiting.products.clear();
  const { webhooks } = await storeOf(scope);
  await Promise.all(webhooks.map((webhook) => post(scope, webhook, body)));
}

async function post(scope, { url, secret }, body, attempt = 1, id = `msg_${randomUUID()}`) {
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(5000) }).catch((error) => ({ ok: false, status: error.message }));
  if (answer.ok) return;
  warn(scope, `${new URL(url).host} did not take a change (${answer.status}), attempt ${attempt} of ${ATTEMPTS}`);
  if (attempt >= ATTEMPTS) return;
  await new Promise((resolve) => setTimeout(resolve, 1000 * 4 ** (attempt - 1)));
  await post(scope, { url, secret }, body, attempt + 1, id);
}

const warn = (scope, text) => scope.resolve('logger').warn(`Supercargo: ${text}`);

module.exports = { storeOf, keep, note };
