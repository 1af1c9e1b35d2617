import { digestReference, REFERENCE_ALPHABETS, type ReferenceRules } from '../../model/order-reference.ts';

export type { ReferenceRules } from '../../model/order-reference.ts';

/**
 * `cust_ref`: the order number where it fits the back office's length and alphabet, else a digest of connection and
 * number in that alphabet, as long as fits. The same number always gives the same reference; the hub sees to it that no
 * two orders of a Store have one (hub/orders/references.ts). Pure.
 */
export function orderReference(number: string, connection: string, rules: ReferenceRules): string {
  const room = rules.maxLength - rules.prefix.length;
  if (number.length <= room && REFERENCE_ALPHABETS[rules.alphabet].allowed.test(number)) return rules.prefix + number;
  return digestReference(`${connection}\n${number}`, rules);
}
