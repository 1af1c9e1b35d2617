import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and its certificate, as PEM. */
export interface Issued {
  readonly key: string;
  readonly cert: string;
}

/** A CA of a test's own. */
export interface TestCa {
  /** PEM. */
  readonly cert: string;
  /** For names as OpenSSL writes them: `IP:127.0.0.1`, `DNS:hub`. `days` below 0: it has expired. */
  issue(names: readonly string[], days?: number): Issued;
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Its files are gone when this returns. */
export function createCa(name = 'test-ca'): TestCa {
  const ca = inFolder((folder) => {
    openssl('req', '-x509', ...CURVE, '-subj', `/CN=${name}`, '-keyout', folder('key'), '-out', folder('cert'));
    return { key: readFileSync(folder('key'), 'utf8'), cert: readFileSync(folder('cert'), 'utf8') };
  });
  return {
    cert: ca.cert,
    issue: (names, days = 30) =>
      inFolder((folder) => {
        writeFileSync(folder('ca.key'), ca.key);
        writeFileSync(folder('ca.crt'), ca.cert);
        writeFileSync(folder('names'), `subjectAltName=${names.join(',')}\n`);
        openssl('req', '-new', ...CURVE, '-subj', '/CN=server', '-keyout', folder('key'), '-out', folder('request'));
        const by = [
          '-CA',
          folder('ca.crt'),
          '-CAkey',
          folder('ca.key'),
          '-CAcreateserial',
          '-extfile',
          folder('names'),
        ];
        const time = ['-days', `${days}`];
        openssl('x509', '-req', '-in', folder('request'), ...by, ...time, '-out', folder('cert'));
        return { key: readFileSync(folder('key'), 'utf8'), cert: readFileSync(folder('cert'), 'utf8') };
      }),
  };
}

function inFolder<T>(work: (file: (name: string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'supercargo-ca-'));
  try {
    return work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
