import { retry, type DriverError } from '../../drivers/contract/index.ts';
import { proxyFailure, type ProxySettings } from '../../kit/net/proxy.ts';

/** What failed on the way to the proxy or was refused by it, as a failure that is not the shop's. */
export function proxyProblem(error: unknown, proxy: ProxySettings | undefined): DriverError | undefined {
  const failure = proxyFailure(error, proxy);
  switch (failure?.by) {
    case undefined:
      return undefined;
    case 'login':
      return retry(
        'ProxyFailed',
        'the proxy wants another login (407): put it into the Secret of sync.proxy.loginSecret of the chart, then restart the pod',
      );
    case 'refusal':
      return retry(
        'ProxyFailed',
        `the proxy answered ${failure.status} instead of connecting to the store: have it allow the store's host`,
      );
    case 'unreachable':
      return retry('ProxyFailed', `the proxy ${failure.at} cannot be reached: check sync.proxy of the chart`);
  }
}
