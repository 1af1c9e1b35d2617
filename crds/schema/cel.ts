import { Environment } from '@marcbachmann/cel-js';
import ipaddr from 'ipaddr.js';

/**
 * CEL as the API server has it, offline: with those functions of its own library that our rules use
 * (https://kubernetes.io/docs/reference/using-api/cel/). Where the two could differ, this one refuses more: what is
 * stored is what both take.
 */
const environment = new Environment({ unlistedVariablesAreDyn: true })
  .registerFunction('isCIDR(string): bool', (text: string) => isCidr(text))
  .registerFunction('isURL(string): bool', (text: string) => URL.canParse(text));

export type Program = ReturnType<typeof environment.parse>;

/** Throws where the rule is no CEL. */
export const parseRule = (rule: string): Program => environment.parse(rule);

/** As Go's netip.ParsePrefix: no octets in octal, none left out, no IPv4 within IPv6. */
function isCidr(text: string): boolean {
  if (!ipaddr.isValidCIDR(text) || text.includes('%')) return false;
  return text.includes(':') ? !text.includes('.') : ipaddr.IPv4.isValidCIDRFourPartDecimal(text);
}
