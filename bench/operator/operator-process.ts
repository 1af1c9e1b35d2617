/** Our operator as the image runs it, in a process of its own; a second port tells its counters alone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inClusterAccess } from '../../kit/kube/in-cluster.ts';
import { withoutClientNode } from '../../operator/base-class/without-client-node.ts';
import { runOperator } from '../../operator/main.ts';

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
// The base class is loaded by runOperator.
withoutClientNode();
await runOperator(process.env, stop.signal, {
  access: inClusterAccess(process.env, process.env['BENCH_ACCOUNT']),
  onReady: ({ port, registry }) => {
    const probe = createServer((_request, response) => {
      void registry.metrics().then((text) => response.end(text));
    });
    probe.listen(0, '127.0.0.1', () => {
      const { port: probePort } = probe.address() as AddressInfo;
      process.send!({ metrics: `http://127.0.0.1:${port}/metrics`, probe: `http://127.0.0.1:${probePort}/` });
    });
    stop.signal.addEventListener('abort', () => {
      probe.close();
      probe.closeAllConnections();
    });
  },
});
process.disconnect?.();
