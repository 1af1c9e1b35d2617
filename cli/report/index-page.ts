import { formatTable } from '../table.ts';
import type { Gap, Kept } from './sink.ts';

export interface IndexInput {
  readonly subject: string;
  readonly at: Date;
  readonly from: string;
  readonly kept: readonly Kept[];
  readonly gaps: readonly Gap[];
}

const LEFT_OUT = [
  'Secrets, and the files that pods have of them',
  'orders, products and prices, and what a shop gave of a record that is a problem',
  'annotations that are not ours, arguments of containers, values of variables but for known switches',
  'mail addresses, long numbers, and what looks like a key or a token; "[mail address]", "[12 digits]", "[opaque]", "[redacted]" stand for them',
];

/** The first page of a report: what is in it, what could not be had and why, what is never in one. Pure. */
export function indexPage({ subject, at, from, kept, gaps }: IndexInput): string {
  return [
    `Report of Supercargo about ${subject}, made at ${at.toISOString()} from ${from}.`,
    'Read it before you send it: names that people gave to resources are in it, and words of a log that look like nothing else.',
    `In it:\n${formatTable(
      ['FILE', 'BYTES', 'WHAT'],
      kept.map(({ path, bytes, about }) => [path, String(bytes), about]),
    )}`,
    gaps.length === 0
      ? 'Nothing was missing.'
      : `Could not be had:\n${gaps.map(({ what, why }) => `- ${what}: ${why}`).join('\n')}`,
    `Never in a report:\n${LEFT_OUT.map((one) => `- ${one}`).join('\n')}`,
  ].join('\n\n');
}
