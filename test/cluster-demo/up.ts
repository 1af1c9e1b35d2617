/** `make cluster-up`: a cluster on this machine with Supercargo installed by Helm. */
import { installSupercargo } from './install.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const cluster = await installSupercargo({ clusterName: process.env['CLUSTER'], log: say });
say(`
Supercargo runs in namespace supercargo-system. To look around:
  export KUBECONFIG=${cluster.kubeconfig} PATH=${cluster.adminEnv['PATH']?.split(':')[0]}:$PATH
  kubectl get drivers
Next: make cluster-demo. When done: make cluster-down`);
