import { expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { createLogger } from '../../kit/log.ts';
import { aCondition } from '../../test/support/operator-fixtures.ts';
import { ConditionLog } from './condition-log.ts';

it('conditions are told at the start and where they say something else, what is wrong as a warning', () => {
  const lines: string[] = [];
  const to = new PassThrough().on('data', (text: Buffer) => {
    const { level, condition, reason, message } = JSON.parse(text.toString());
    lines.push(`${level} ${condition} ${reason}: ${message}`);
  });
  const log = new ConditionLog(createLogger('sync', 'info', to));
  const unknown = aCondition('Reachable', 'Unknown', { reason: 'NotChecked', message: 'not checked yet' });
  const missing = aCondition('CredentialValid', 'False', { reason: 'SecretMissing', message: 'create it' });
  const refused = aCondition('CredentialValid', 'False', { reason: 'KeyRefused', message: 'the shop refuses it' });
  const first = aCondition('Synced', 'False', { reason: 'InitialSync', message: '1 of 2' });
  log.tell([missing, unknown, first]);
  log.tell([missing, unknown, { ...first, message: '2 of 2' }]);
  log.tell([refused, unknown, first]);
  log.tell([aCondition('Throttled', 'True', { reason: 'RateLimited', message: 'until noon' })]);
  log.tell([aCondition('Throttled', 'False', { reason: 'RateLimited', message: 'it goes on' })]);
  log.tell([aCondition('CredentialValid', 'True', { reason: 'Valid', message: 'taken' })]);
  expect(lines).toEqual([
    'warn CredentialValid SecretMissing: create it',
    'info Reachable NotChecked: not checked yet',
    'info Synced InitialSync: 1 of 2',
    'warn CredentialValid KeyRefused: the shop refuses it',
    'warn Throttled RateLimited: until noon',
    'info Throttled RateLimited: it goes on',
    'info CredentialValid Valid: taken',
  ]);
});
