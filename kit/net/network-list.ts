import { z } from 'zod';
import { reachOf, type Reach } from './addresses.ts';

/**
 * Private networks of an installation, in CIDR notation with commas between, as text and as what they allow: never
 * loopback. A misspelt one ends the start: it is the installation's own word.
 */
export const networkList = z
  .string()
  .default('')
  .transform((text, context): { readonly texts: readonly string[]; readonly reach: Reach } => {
    const texts = text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
    const { reach, unreadable } = reachOf(texts);
    for (const one of unreadable)
      context.addIssue(`"${one}" is no network: write it as CIDR, for example "10.20.0.0/16"`);
    return { texts, reach: { ...reach, loopback: false } };
  });
