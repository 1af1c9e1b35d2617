import { defineDriver } from '../contract/index.ts';
import { credential, settings } from './config.ts';
import { connect } from './driver.ts';
import { manifest } from './manifest.ts';

export const generic = defineDriver({ manifest, credential, settings, connect });
