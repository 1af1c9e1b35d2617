/** Before the end-to-end tests: the cluster, the image of this tree, the chart installed. Run by `make test-e2e`. */
import { stopCluster } from '../cluster/index.ts';
import { installSupercargo } from '../cluster-demo/install.ts';
import { waitForTurn } from './turn.ts';

const log = (line: string): void => void process.stdout.write(`${line}\n`);
await waitForTurn(process.env, log);
// Whoever has a turn begins anew: tests that were killed leave their cluster with what they had made in it.
if (process.env['HOLDER']) await stopCluster({ name: process.env['CLUSTER'], log });
await installSupercargo({ clusterName: process.env['CLUSTER'], log });
