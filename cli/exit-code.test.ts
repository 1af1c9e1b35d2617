import { describe, expect, it } from '@jest/globals';
import { CommanderError } from 'commander';
import { ApiError } from '../kit/kube/errors.ts';
import { EXIT, endFailed, exitCodeOf, NotFound, UsageError, worstOf } from './exit-code.ts';

describe('the exit code', () => {
  it.each([
    ['--help', new CommanderError(0, 'commander.helpDisplayed', ''), 0],
    ['an unknown option', new CommanderError(1, 'commander.unknownOption', ''), 2],
    ['usage', new UsageError('name one'), 2],
    ['a name that is not there', new NotFound('gone'), 3],
    ['an object that the API server does not have', new ApiError('NotFound', 404, 'no'), 3],
    ['a right that is missing', new ApiError('Forbidden', 403, 'no'), 5],
    ['a right that is missing, told in words', new Error('ask', { cause: new ApiError('Forbidden', 403, 'no') }), 5],
    ['anything else', new Error('oh'), 1],
  ])('of %s', (_, error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

it('tells what is not well from every other end', () => {
  const { interrupted, ...codes } = EXIT;
  expect([codes, interrupted]).toEqual([{ error: 1, usage: 2, notFound: 3, notWell: 4, forbidden: 5 }, 130]);
});

it('of several that went wrong is that of the worst, in whatever order they came', () => {
  expect(worstOf([])).toBe(0);
  for (const codes of [[4, 3, 5, 2], [2, 5, 3, 4]]) expect(worstOf(codes)).toBe(5); // prettier-ignore
  expect(worstOf([5, 1])).toBe(1);
  expect(worstOf([4, 2, 3])).toBe(3);
});

describe('a command that failed', () => {
  const told = (...args: string[]) => {
    const said: (number | 'ends')[] = [];
    const ending = { setCode: (code: number) => void said.push(code), end: () => void said.push('ends') };
    endFailed(new Error('the database belongs to another'), args, ending);
    return said;
  };

  it('ends at once where it is a part of a container, whatever it has left open; else when all is done', () => {
    expect(told('serve', 'hub')).toEqual([1, 'ends']);
    expect(told('get', 'connections')).toEqual([1]);
  });

  it('ends with the code of what went wrong', () => {
    const codes: number[] = [];
    for (const error of [new UsageError('u'), new NotFound('n'), new ApiError('Forbidden', 403, 'f')])
      endFailed(error, ['get'], { setCode: (code) => void codes.push(code), end: () => undefined });
    expect(codes).toEqual([2, 3, 5]);
  });
});
