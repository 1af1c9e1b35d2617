import { describe, expect, it } from '@jest/globals';
import { drillFaults, partsOf, wholeNumber } from './settings.ts';

describe('what is asked of a drill', () => {
  it('names parts, each once', () => {
    expect(partsOf('sync')).toEqual(['sync']);
    expect(partsOf('operator, sync,operator')).toEqual(['sync', 'operator']);
    expect(() => partsOf('sync,store')).toThrow('unknown part store: choose from sync, hub, operator');
    expect(() => partsOf('')).toThrow('choose from');
  });

  it('names faults that an order can survive', () => {
    expect(drillFaults('')).toEqual([]);
    expect(drillFaults('5xx, lost-ack')).toEqual(['5xx', 'lost-ack']);
    expect(() => drillFaults('poisoned')).toThrow(/unknown fault poisoned: choose from (?!.*poisoned)/);
    expect(() => drillFaults('none')).toThrow('unknown fault none');
  });

  it.each(['0', '-1', '1.5', 'many', '', '11'])('takes no %j for a whole number up to ten', (text) => {
    expect(() => wholeNumber('--kills', text, 10)).toThrow(`--kills ${text}: must be a whole number from 1 to 10`);
  });
});
