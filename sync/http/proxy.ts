import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { retry, type DriverError } from '../../drivers/contract/index.ts';

/** How the installation has shops called where they are not reached directly. */
export interface ProxySettings {
  /** Addresses of the proxies for http:// and https:// shops; '' or absent: none. */
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are called directly, separated by commas. */
  readonly none: string;
}

/** Who is asked for at the proxy, as the Secret's files have it. */
export type ProxyLogin = Readonly<Record<string, string | undefined>>;

/**
 * Of the pod's environment, under the names that every program knows; undefined: no proxy. A login comes from files:
 * what stands in the environment stands in the Deployment too.
 */
export function proxyFromEnvironment(env: NodeJS.ProcessEnv, login?: ProxyLogin): ProxySettings | undefined {
  const [http, https] = [env['HTTP_PROXY'], env['HTTPS_PROXY']].map((url) => withLogin(url, login));
  return http || https ? { http, https, none: env['NO_PROXY'] ?? '' } : undefined;
}

function withLogin(url: string | undefined, login: ProxyLogin | undefined): string | undefined {
  if (!url || !login) return url;
  const { username, password } = login;
  if (!username || !password) {
    const missing = username ? 'password' : 'username';
    throw new Error(`the Secret of sync.proxy.loginSecret has no key "${missing}": add it, then restart the pod`);
  }
  const whole = new URL(url);
  whole.username = encodeURIComponent(username);
  whole.password = encodeURIComponent(password);
  return whole.href;
}

/**
 * Sockets for direct calls, or by way of the proxy. `options` are those of direct calls, its guard of addresses too: to
 * whom a proxy connects is for the proxy to judge, since it resolves the names.
 */
export function dispatcherFor(options: Agent.Options, proxy: ProxySettings | undefined): Dispatcher {
  if (!proxy) return new Agent(options);
  // An empty text, not undefined: that would be looked up in the process once more.
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxy.http ?? '',
    httpsProxy: proxy.https ?? '',
    noProxy: proxy.none,
  });
}

/** What failed on the way to the proxy or was refused by it, told apart from what failed at the shop. */
export function proxyProblem(error: unknown, proxy: ProxySettings | undefined): DriverError | undefined {
  if (!proxy) return undefined;
  const message = error instanceof Error ? error.message : '';
  const refused = /^Proxy response \((\d+)\)/.exec(message)?.[1];
  if (refused === '407')
    return retry(
      'ProxyFailed',
      'the proxy wants another login (407): put it into the Secret of sync.proxy.loginSecret of the chart, then restart the pod',
    );
  if (refused)
    return retry(
      'ProxyFailed',
      `the proxy answered ${refused} instead of connecting to the store: have it allow the store's host`,
    );
  const at = [proxy.http, proxy.https].filter(Boolean).find((url) => wasGoingTo(error, new URL(url ?? '')));
  return at === undefined
    ? undefined
    : retry('ProxyFailed', `the proxy ${new URL(at).host} cannot be reached: check sync.proxy of the chart`);
}

function wasGoingTo(error: unknown, { hostname, port, protocol }: URL): boolean {
  const failed = (error ?? {}) as { syscall?: unknown; hostname?: unknown; address?: unknown; port?: unknown };
  if (failed.syscall === 'getaddrinfo') return failed.hostname === hostname;
  const proxyPort = Number(port) || (protocol === 'https:' ? 443 : 80);
  return failed.syscall === 'connect' && failed.port === proxyPort;
}
