import { ownPackage } from '../version.ts';
import { row, type CommandRow } from './command.ts';

/** What containers do. */
export const PARTS: readonly CommandRow[] = [
  row({
    name: 'serve operator',
    summary: 'the operator',
    needs: [],
    async run({ env, stop }) {
      const signal = stop();
      (await import('../../operator/base-class/without-client-node.ts')).withoutClientNode();
      await (await import('../../operator/main.ts')).runOperator(env, signal);
    },
  }),
  row({
    name: 'serve sync',
    summary: 'the sync pod of a connection',
    needs: [],
    async run({ env, stop }) {
      const signal = stop();
      (await import('../../kit/memory-limits.ts')).keepSmall();
      await (await import('../../sync/main.ts')).runSync(env, signal, ownPackage().version);
    },
  }),
  row({
    name: 'serve hub',
    summary: 'the hub',
    needs: [],
    async run({ env, stop }) {
      const signal = stop();
      (await import('../../kit/memory-limits.ts')).letGrow();
      await (await import('../../hub/main.ts')).runHub(env, signal);
    },
  }),
  row({
    name: 'serve drill',
    summary: 'the shop and the warehouse of a drill',
    needs: [],
    async run({ env, stop }) {
      const signal = stop();
      await (await import('../../drill/main.ts')).runCounterpart(env, signal);
    },
  }),
  row({
    name: 'serve backup',
    summary: 'the database of the hub beside it, to stdout',
    needs: [],
    async run({ env, tell }) {
      await (await import('../../hub/backup/serve.ts')).serveBackup(env, process.stdout, tell);
    },
  }),
  row<[], { replace: boolean; look: boolean }>({
    name: 'serve restore',
    summary: 'a backup from stdin into the database of the hub beside it',
    flags: [
      { usage: '--replace', description: 'what is there may go', default: false },
      { usage: '--look', description: 'say what would go, and end', default: false },
    ],
    needs: [],
    async run({ env, tell, options: { replace, look } }) {
      const { serveLook, serveRestore } = await import('../../hub/backup/serve.ts');
      await (look ? serveLook(env, process.stdout) : serveRestore(env, process.stdin, replace, tell));
    },
  }),
  row({
    name: 'serve crds',
    summary: 'bring the CustomResourceDefinitions to this release, then end',
    needs: [],
    async run({ clock, say }) {
      const { createClient, loadKubeConfig } = await import('../../kit/kube/kube-config.ts');
      const { applyCrds } = await import('../commands/crds.ts');
      const client = createClient(loadKubeConfig(), { userAgent: 'supercargo-crds' });
      try {
        await applyCrds({ client, clock, say });
      } finally {
        await client.close();
      }
    },
  }),
  row({
    name: 'serve connections-left',
    summary: 'fail while connections are left: asked before an uninstall',
    needs: [],
    async run({ env, tell }) {
      const { createClient, loadKubeConfig } = await import('../../kit/kube/kube-config.ts');
      const { connectionsLeft } = await import('../commands/connections-left.ts');
      const client = createClient(loadKubeConfig(), { userAgent: 'supercargo-connections-left' });
      const namespaces = (env['SUPERCARGO_WATCH_NAMESPACES'] ?? '').split(',').filter((name) => name !== '');
      const left = await connectionsLeft(client, namespaces, {
        installation: env['SUPERCARGO_INSTALLATION'] ?? '',
        selector: env['SUPERCARGO_WATCH_SELECTOR'],
      }).finally(() => client.close());
      if (left !== undefined) tell(left);
      return left === undefined ? 0 : 1;
    },
  }),
];
