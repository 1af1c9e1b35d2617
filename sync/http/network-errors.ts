import { DriverError, retry, terminal } from '../../drivers/contract/index.ts';
import { brokenCall } from '../../kit/net/broken-call.ts';

/**
 * What Node.js and undici say of a broken call, as the contract's reasons with a remedy. Tells a wrong host from a
 * closed port.
 */
export function networkError(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  const { by, code } = brokenCall(error);
  switch (by) {
    case 'DnsFailure':
      return retry(by, 'the host name of settings.url does not resolve: check its spelling, and DNS');
    case 'ConnectionRefused':
      return retry(by, 'nothing listens at settings.url: check host and port, and that the store runs');
    case 'CertificateInvalid':
      return terminal(
        by,
        `the store's TLS certificate is not accepted (${code}): renew it, or use the name that it is made for`,
      );
    case 'AddressForbidden':
      return terminal(
        by,
        'the store has an address inside the network, where this installation does not let connections go: use its public name, or have its network allowed (sync.privateNetworks of the chart)',
      );
    case 'Timeout':
      return retry(by, 'the store did not answer in time: check that it is up, and network policies between');
    case 'Aborted':
      return retry(by, 'the call was given up because the run stops');
    case 'ConnectionFailed':
      return retry(by, `the connection to the store was lost (${code || 'no code'}); retrying automatically`);
  }
}
