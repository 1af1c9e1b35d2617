import { defineDriver } from '../contract/index.ts';
import { check } from './check.ts';
import { GenericClient } from './client.ts';
import { credential, settings } from './config.ts';
import { feeds } from './feeds.ts';
import { genericHooks } from './hooks.ts';
import { manifest } from './manifest.ts';

export const generic = defineDriver({
  manifest,
  credential,
  settings,
  check,
  feeds,
  connect: (context) => new GenericClient(context),
  webhooks: genericHooks,
});
