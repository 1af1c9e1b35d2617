import { defineDriver } from '../contract/index.ts';
import { check } from './check.ts';
import { VendureClient } from './client.ts';
import { credential, settings } from './config.ts';
import { feeds } from './feeds.ts';
import { vendureHooks } from './hooks.ts';
import { manifest } from './manifest.ts';

export const vendure = defineDriver({
  manifest,
  credential,
  settings,
  check,
  feeds,
  connect: (context) => new VendureClient(context.http, context.credential, context.settings),
  webhooks: vendureHooks,
});
