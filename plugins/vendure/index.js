// Vendure has no outgoing webhooks. This plugin posts the ids of what changed, signed by the Standard Webhooks
// specification, to the addresses that Supercargo's driver leaves in the settings store. Ids alone: whoever gets hold of a
// message learns nothing of a customer. A lost message costs time only, Supercargo polls all the same.
import { Inject } from '@nestjs/common';
import {
  EventBus, Logger, OrderEvent, OrderPlacedEvent, OrderStateTransitionEvent, PaymentStateTransitionEvent, PluginCommonModule, ProductEvent, ProductVariantEvent,
  RefundStateTransitionEvent, RequestContextService, SettingsStoreService, VendurePlugin,
} from '@vendure/core';
import { createHmac, randomUUID } from 'node:crypto';

const ATTEMPTS = 3;
/** One checkout is a dozen events: they are collected for this long, which also lets their transaction end. */
const COLLECT_MS = 300;
const ORDER_EVENTS = [OrderPlacedEvent, OrderEvent, OrderStateTransitionEvent, PaymentStateTransitionEvent, RefundStateTransitionEvent];

export class SupercargoPlugin {
  constructor(events, settings, contexts) {
    Object.assign(this, { events, settings, contexts, orders: new Set(), products: new Set(), timer: undefined });
  }

  onApplicationBootstrap() {
    for (const type of ORDER_EVENTS) this.events.ofType(type).subscribe(({ order }) => this.note(this.orders, [order?.id]));
    this.events.ofType(ProductEvent).subscribe(({ entity }) => this.note(this.products, [entity?.id]));
    this.events.ofType(ProductVariantEvent).subscribe(({ entity }) => this.note(this.products, (entity ?? []).map(({ productId }) => productId)));
  }

  note(changed, ids) {
    for (const id of ids) if (id !== undefined && id !== null) changed.add(String(id));
    this.timer ??= setTimeout(() => void this.send().catch((error) => Logger.warn(String(error), 'Supercargo')), COLLECT_MS);
  }

  async send() {
    this.timer = undefined;
    const body = JSON.stringify({ type: 'changed', orders: [...this.orders], products: [...this.products] });
    this.orders.clear();
    this.products.clear();
    const context = await this.contexts.create({ apiType: 'admin' });
    const subscriptions = (await this.settings.get(context, 'supercargo.webhooks')) ?? [];
    await Promise.all(subscriptions.map((subscription) => post(subscription, body)));
  }
}

async function post({ url, secret }, body, attempt = 1, id = `msg_${randomUUID()}`) {
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(5000) }).catch((error) => ({ ok: false, status: error.message }));
  if (answer.ok) return;
  Logger.warn(`${new URL(url).host} did not take a change (${answer.status}), attempt ${attempt} of ${ATTEMPTS}`, 'Supercargo');
  if (attempt >= ATTEMPTS) return;
  await new Promise((resolve) => setTimeout(resolve, 1000 * 4 ** (attempt - 1)));
  return post({ url, secret }, body, attempt + 1, id);
}

// Plain JavaScript has no decorators: the same, by hand.
Inject(EventBus)(SupercargoPlugin, undefined, 0);
Inject(SettingsStoreService)(SupercargoPlugin, undefined, 1);
Inject(RequestContextService)(SupercargoPlugin, undefined, 2);
VendurePlugin({
  imports: [PluginCommonModule],
  compatibility: '^3.6.0',
  configuration: (config) => {
    config.settingsStoreFields = { ...config.settingsStoreFields, supercargo: [{ name: 'webhooks', requiresPermission: 'ReadOrder' }] };
    return config;
  },
})(SupercargoPlugin);
