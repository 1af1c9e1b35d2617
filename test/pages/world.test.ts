import { describe, expect, it } from '@jest/globals';
import type { Run } from './plan.ts';
import { type } from './world.ts';

/** A terminal that prints one of these after the other, and the last one from then on. */
function terminal(...answers: readonly { code: number; printed: string }[]) {
  let typed = 0;
  const run = async () => answers[Math.min(typed++, answers.length - 1)]!;
  return { run, typed: () => typed };
}

const row = (text: string, says: RegExp): Run => ({ text, world: 'api server', says });
const NOT_YET = { code: 0, printed: 'Events: <none>' };
const NOT_THERE = { code: 1, printed: 'not found' };
const DONE = { code: 0, printed: 'Accepted' };

describe('a command of a page', () => {
  it.each([
    'kubectl -n acme describe connection prestashop',
    'kubectl get connections -o wide',
    'kubectl label connections -A --field-selector status.installation=OLD x=y',
    './supercargo order 1001',
  ])('that shows what an operator writes is typed until that is written: %s', async (text) => {
    const shell = terminal(NOT_THERE, NOT_YET, DONE);
    expect(await type(row(text, /Accepted/), shell, 1)).toBe('Accepted');
    expect(shell.typed()).toBe(3);
  });

  it.each(['helm install supercargo charts/supercargo', 'supercargo delete NAME…', 'kubectl apply -f describe.yaml'])(
    'that does something is typed once: %s',
    async (text) => {
      const shell = terminal(NOT_YET, DONE);
      await expect(type(row(text, /Accepted/), shell, 1)).rejects.toThrow(/Events: <none>/);
      expect(shell.typed()).toBe(1);
    },
  );
});
