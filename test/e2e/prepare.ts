/** Before the end-to-end tests: the cluster, the image of this tree, the chart installed. Run by `make test-e2e`. */
import { installSupercargo } from '../cluster-demo/install.ts';
import { waitForTurn } from './turn.ts';

const log = (line: string): void => void process.stdout.write(`${line}\n`);
await waitForTurn(process.env, log);
await installSupercargo({ clusterName: process.env['CLUSTER'], log });
