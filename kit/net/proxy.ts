import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';

/** How an installation has what is outside of the cluster called, where it is not reached directly. */
export interface ProxySettings {
  /** Addresses of the proxies for http:// and https://; '' or absent: none. */
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are called directly, separated by commas. */
  readonly none: string;
}

/** Who is asked for at the proxy, as the Secret's files have it, and the value of the chart that names that Secret. */
export interface ProxyLogin {
  readonly files: Readonly<Record<string, string | undefined>>;
  readonly value: string;
}

/** What failed on the way to the proxy or was refused by it. `at`: its host and port. */
export type ProxyFailure =
  | { readonly by: 'login' }
  | { readonly by: 'refusal'; readonly status: string }
  | { readonly by: 'unreachable'; readonly at: string };

/**
 * Of the pod's environment, under the names that every program knows; undefined: no proxy. A login comes from files:
 * what stands in the environment stands in the Deployment too. Throws where the Secret lacks one of its keys.
 */
export function proxyFromEnvironment(env: NodeJS.ProcessEnv, login?: ProxyLogin): ProxySettings | undefined {
  const [http, https] = [env['HTTP_PROXY'], env['HTTPS_PROXY']].map((url) => withLogin(url, login));
  return http || https ? { http, https, none: env['NO_PROXY'] ?? '' } : undefined;
}

function withLogin(url: string | undefined, login: ProxyLogin | undefined): string | undefined {
  if (!url || !login) return url;
  const { username, password } = login.files;
  if (!username || !password) {
    const missing = username ? 'password' : 'username';
    throw new Error(`the Secret of ${login.value} has no key "${missing}": add it, then restart the pod`);
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

/** What of an error is the proxy's doing, told apart from what failed behind it. */
export function proxyFailure(error: unknown, proxy: ProxySettings | undefined): ProxyFailure | undefined {
  if (!proxy) return undefined;
  const message = error instanceof Error ? error.message : '';
  const status = /^Proxy response \((\d+)\)/.exec(message)?.[1];
  if (status !== undefined) return status === '407' ? { by: 'login' } : { by: 'refusal', status };
  const at = [proxy.http, proxy.https].filter(Boolean).find((url) => wasGoingTo(error, new URL(url ?? '')));
  return at === undefined ? undefined : { by: 'unreachable', at: new URL(at).host };
}

function wasGoingTo(error: unknown, { hostname, port, protocol }: URL): boolean {
  const failed = (error ?? {}) as { syscall?: unknown; hostname?: unknown; address?: unknown; port?: unknown };
  if (failed.syscall === 'getaddrinfo') return failed.hostname === hostname;
  const proxyPort = Number(port) || (protocol === 'https:' ? 443 : 80);
  return failed.syscall === 'connect' && failed.port === proxyPort;
}
