/** Before the end-to-end tests: the cluster, the image of this tree, the chart installed. Run by `make test-e2e`. */
import { installSupercargo } from '../cluster-demo/install.ts';

await installSupercargo({ clusterName: process.env['CLUSTER'], log: (line) => process.stdout.write(`${line}\n`) });
