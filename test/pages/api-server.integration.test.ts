import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { run } from '../cluster/exec.ts';
import { binaryPath, BUILD_PATIENCE_MS, ensureBinaries, noLog } from '../cluster/index.ts';
import { OperatorRig, type RunningOperator } from '../support/operator-rig.ts';
import { SayingKubelet } from './kubelet.ts';
import type { Run } from './plan.ts';
import { runsOf } from './plan/index.ts';
import { ROOT } from './pages.ts';
import { Shell } from './shell.ts';
import { itRuns } from './world.ts';

jest.setTimeout(BUILD_PATIENCE_MS);

const CONTROLLERS = [
  ...['deployment-controller', 'replicaset-controller', 'job-controller', 'namespace-controller'],
  ...['garbage-collector-controller', 'serviceaccount-controller'],
];
const INSTALLATION = 'supercargo-system.supercargo';

describe('kubectl and helm, as the pages type them, on a real API server', () => {
  let rig: OperatorRig;
  let kubelet: SayingKubelet;
  let operator: RunningOperator | undefined;
  let shell: Shell;

  const typed =
    (program: 'kubectl' | 'helm') =>
    (...args: string[]) =>
      run(binaryPath(program), args, { env: rig.controlPlane.adminEnv, cwd: ROOT, timeout: 120_000 });
  const kubectl = typed('kubectl');
  const helm = typed('helm');

  beforeAll(async () => {
    await ensureBinaries(['helm', 'kubectl'], noLog);
    rig = await OperatorRig.start({ controllers: CONTROLLERS });
    kubelet = new SayingKubelet(rig.client);
    shell = await Shell.open({ env: { KUBECONFIG: rig.controlPlane.kubeconfig } });
    await kubectl('create', 'namespace', 'argocd');
    await kubectl('-n', 'argocd', 'create', 'configmap', 'argocd-cm');
    await kubectl('create', 'namespace', 'globex');
  });
  afterAll(async () => {
    await shell?.close();
    await operator?.stop();
    await kubelet?.stop();
    await rig?.stop();
  });

  async function before({ text }: Run): Promise<void> {
    if (text.startsWith('helm install'))
      await helm('uninstall', 'supercargo', '-n', 'supercargo-system', '--no-hooks', '--ignore-not-found');
    // "All of it at once, and then the labels off again."
    if (text.startsWith('kubectl delete connections'))
      await kubectl('label', 'connections', '-A', '--all', 'supercargo.dev/installation-');
  }

  async function after({ text }: Run): Promise<void> {
    // The pods only say that they run: what they would do, this operator does.
    if (!operator && text.startsWith('helm install'))
      operator = await rig.startOperator(
        { SUPERCARGO_INSTALLATION: INSTALLATION, SUPERCARGO_DELETION_DEADLINE: '10s' },
        rig.config,
      );
    if (text === 'kubectl -n acme apply -f examples/quickstart')
      for (const kind of ['license', 'clusterconnection']) await kubectl('apply', '-f', `examples/kinds/${kind}.yaml`);
  }

  itRuns(runsOf('api server'), () => shell, { before, after });
});
