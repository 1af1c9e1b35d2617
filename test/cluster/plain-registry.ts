import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { run } from './exec.ts';
import { layoutOf } from './layout.ts';
import { registriesFolder } from './node-config.ts';
import { readState } from './state.ts';

/** Where kind's node image looks. */
const KIND_FOLDER = '/etc/containerd/certs.d';

/** Lets the cluster's node pull from a registry without TLS, "10.88.0.1:5000", as a test's is. */
export async function allowPlainRegistry({ name, provider }: Pick<Cluster, 'name' | 'provider'>, host: string) {
  const text = `server = "http://${host}"\n[host."http://${host}"]\n  capabilities = ["pull", "resolve"]\n`;
  if (provider === 'kind') {
    const script = `mkdir -p ${KIND_FOLDER}/${host} && cat > ${KIND_FOLDER}/${host}/hosts.toml`;
    await run('docker', ['exec', '-i', `${name}-control-plane`, 'sh', '-c', script], { input: text });
    return;
  }
  const state = await readState(name);
  if (!state) throw new Error(`cluster ${name} is not up`);
  const folder = join(registriesFolder(layoutOf(name, state.slot)), host);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'hosts.toml'), text);
}
