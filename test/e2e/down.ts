/** After the end-to-end tests: their cluster is taken down, unless those of another clone use it. */
import { stderrLog, stopCluster } from '../cluster/index.ts';
import { whoseTurn } from './turn.ts';

const user = await whoseTurn(process.env);
if (user === undefined) await stopCluster({ name: process.env['CLUSTER'], log: stderrLog });
else stderrLog(`the cluster stays: the tests of process ${user} use it`);
