import { describe, expect, it } from '@jest/globals';
import { ownersIn, type FieldOwner } from './field-owners.ts';

const isOld = (apiVersion: string) => apiVersion === 'a/v1';
const owner = (apiVersion: string, fields: object, more: object = {}): FieldOwner => ({
  ...{ manager: 'm', operation: 'Update', apiVersion, time: '2026-01-01T00:00:00Z', fieldsType: 'FieldsV1' },
  fieldsV1: fields as FieldOwner['fieldsV1'],
  ...more,
});

describe('owners of fields', () => {
  it('are left alone where none is in an old version', () => {
    expect(ownersIn('a/v2', [owner('a/v2', {}), owner('other/v1', {})], isOld)).toBeUndefined();
    expect(ownersIn('a/v2', [], isOld)).toBeUndefined();
  });

  it('keep their fields and all else in the new version', () => {
    const spec = { 'f:spec': { 'f:a': {} } };
    const status = owner('a/v1', { 'f:status': {} }, { subresource: 'status', operation: 'Apply' });
    expect(ownersIn('a/v2', [owner('a/v1', spec), status], isOld)).toEqual([
      owner('a/v2', spec),
      { ...status, apiVersion: 'a/v2' },
    ]);
  });

  it('who wrote in both versions are one, with the fields of both', () => {
    const old = owner('a/v1', { 'f:spec': { '.': {}, 'f:a': {}, 'f:list': { 'k:{"type":"A"}': {} } } });
    const now = owner('a/v2', { 'f:spec': { 'f:b': {}, 'f:list': { 'k:{"type":"B"}': { '.': {} } } } });
    const both = {
      'f:spec': { '.': {}, 'f:a': {}, 'f:b': {}, 'f:list': { 'k:{"type":"A"}': {}, 'k:{"type":"B"}': { '.': {} } } },
    };
    expect(ownersIn('a/v2', [old, now], isOld)).toEqual([owner('a/v2', both)]);
    expect(ownersIn('a/v2', [now, owner('a/v1', {}, { manager: 'n' })], isOld)).toHaveLength(2);
  });
});
