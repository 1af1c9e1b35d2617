/** A host that a driver may contact, as its manifest says it and a connection's settings complete it. */
export interface AllowedHost {
  /** Lower case; `*.` at its beginning stands for any one below it. */
  readonly host: string;
  readonly ports: readonly number[];
}

const WEB = [80, 443];
const FROM_SETTING = 'settings.';

/**
 * Rules are names ("api.example.com", "*.example.com"), with a port where it is not 80 or 443, or `settings.KEY`: the
 * host and port of the address in that setting. A setting that is missing or no address gives none. Pure.
 */
export function allowedHosts(rules: readonly string[], settings: Readonly<Record<string, unknown>>): AllowedHost[] {
  return rules.flatMap((rule) => {
    const text = rule.startsWith(FROM_SETTING) ? settings[rule.slice(FROM_SETTING.length)] : rule;
    const host = typeof text === 'string' ? hostOf(text) : undefined;
    return host ? [host] : [];
  });
}

/** Keys of the settings that name a host; `url` for a driver that names none. Pure. */
export function settingsWithHost(rules: readonly string[]): string[] {
  if (rules.length === 0) return ['url'];
  return rules.filter((rule) => rule.startsWith(FROM_SETTING)).map((rule) => rule.slice(FROM_SETTING.length));
}

/**
 * The first address among the settings that leads to a host which the keys may not be sent to, with its setting.
 * `keyHosts`: of the Credential; absent: it says nothing. Pure.
 */
export function beyondKeyHosts(
  rules: readonly string[],
  settings: Readonly<Record<string, unknown>>,
  keyHosts: readonly string[] | undefined,
): { readonly setting: string; readonly host: string } | undefined {
  if (!keyHosts) return undefined;
  const allowed = namedHosts(keyHosts);
  for (const setting of settingsWithHost(rules)) {
    const address = settings[setting];
    if (typeof address !== 'string' || isAllowed(address, allowed)) continue;
    return { setting, host: URL.parse(address)?.host ?? 'an address that is none' };
  }
  return undefined;
}

/** Hosts by their names alone: no setting of a Connection adds to them. Pure. */
export const namedHosts = (names: readonly string[]): AllowedHost[] =>
  allowedHosts(
    names.filter((name) => !name.startsWith(FROM_SETTING)),
    {},
  );

/** Whether a request may go there. Pure. */
export function isAllowed(address: string, allowed: readonly AllowedHost[]): boolean {
  const url = URL.parse(address);
  const port = url && portOf(url);
  if (!url || port === undefined || port === null) return false;
  return allowed.some(
    ({ host, ports }) =>
      ports.includes(port) && (host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host),
  );
}

/** In ascending order, each once. */
export function portsOf(allowed: readonly AllowedHost[]): number[] {
  return [...new Set(allowed.flatMap(({ ports }) => ports))].sort((a, b) => a - b);
}

function hostOf(text: string): AllowedHost | undefined {
  if (text.includes('://')) {
    const url = URL.parse(text);
    const port = url && portOf(url);
    return url && url.hostname !== '' && port ? { host: url.hostname, ports: [port] } : undefined;
  }
  const below = text.startsWith('*.');
  const url = URL.parse(`http://${below ? text.slice(2) : text}`);
  if (!url || url.hostname === '') return undefined;
  return { host: (below ? '*.' : '') + url.hostname, ports: /:\d+$/.test(text) ? [Number(url.port || '80')] : WEB };
}

function portOf({ protocol, port }: URL): number | undefined {
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  return port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port);
}
