import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminAccess, writeApiServerFiles, writeKubeconfig, type ApiServerFiles } from './api-server-files.ts';
import { apiServer, etcd } from './api-server.ts';
import type { BinaryName } from './binaries.ts';
import { ensureBinaries } from './build.ts';
import { binariesFolder } from './cache.ts';
import { Component } from './component.ts';
import { requireReady } from './https.ts';
import { lastLines, noLog, secondsSince, type Log } from './log.ts';
import { freePorts } from './ports.ts';
import { waitFor } from './wait.ts';

export interface ControlPlaneOptions {
  /** Progress; silent unless told otherwise. The build of missing binaries is worth showing. */
  log?: Log;
  /** Further flags of kube-apiserver, for example `--max-requests-inflight=5`. */
  apiServerArgs?: readonly string[];
  /**
   * Controllers of kube-controller-manager to run, for example
   * `namespace-controller` and `garbage-collector-controller`. None by default:
   * owner references are then not followed and a deleted namespace stays Terminating.
   */
  controllers?: readonly string[];
}

/** An API server to cut, freeze and bring back while a test runs. */
export interface ApiServerHandle {
  /** Graceful end; connections are closed. */
  stop(): Promise<void>;
  /** On the same port with the same data; returns when it is ready. */
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Open connections stay open and nothing answers: a stall, not an error. */
  pause(): void;
  resume(): void;
}

export interface ControlPlane {
  /** Path of a kubeconfig whose user is in system:masters. */
  kubeconfig: string;
  /** The API server's base address. */
  server: string;
  /** The base address of its etcd, which asks nobody who they are. */
  etcd: string;
  /** Environment for commands as that user: KUBECONFIG, and PATH with kubectl and helm if they are built. */
  adminEnv: NodeJS.ProcessEnv;
  /** Who asked for what and how it ended, one JSON object a line, without bodies. */
  auditLog: string;
  kubeApiserver: ApiServerHandle;
  /** Ends the processes and removes all files. */
  stop(): Promise<void>;
}

/** Times to start over on other ports when somebody took ours. */
const ATTEMPTS = 4;

/**
 * etcd and kube-apiserver alone, for tests that need the real API (validation,
 * CEL, RBAC, server-side apply, watches, tokens) and no pods. Ready in a few
 * seconds; any number side by side; gone with the process that started it.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const log = options.log ?? noLog;
  const needed: BinaryName[] = ['etcd', 'kube-apiserver'];
  if (options.controllers?.length) needed.push('kube-controller-manager');
  const binaries = await ensureBinaries(needed, log);
  for (let attempt = 1; ; attempt++) {
    const folder = await mkdtemp(join(tmpdir(), 'supercargo-api-'));
    try {
      return await startIn(folder, binaries, options, log);
    } catch (error) {
      const logs = lastLines(join(folder, 'etcd.log')) + lastLines(join(folder, 'kube-apiserver.log'));
      await rm(folder, { recursive: true, force: true });
      if (attempt === ATTEMPTS || !logs.includes('address already in use')) throw error;
    }
  }
}

async function startIn(
  folder: string,
  binaries: Record<BinaryName, string>,
  options: ControlPlaneOptions,
  log: Log,
): Promise<ControlPlane> {
  const begin = Date.now();
  const [port, etcdPort, peerPort] = (await freePorts(3)) as [number, number, number];
  const files = await writeApiServerFiles(folder, port);
  const store = etcd(binaries.etcd, folder, etcdPort, peerPort);
  const server = apiServer(binaries['kube-apiserver'], files, etcdPort, options.apiServerArgs ?? []);
  const parts = [server, store];

  const startServer = async (): Promise<void> => {
    server.start();
    await waitFor('kube-apiserver', async () => requireReady(await adminAccess(files)), {
      timeout: 90_000,
      alive: () => server.running && store.running,
      logFile: server.spec.logFile,
    });
  };
  const stopParts = async (): Promise<void> => {
    for (const part of parts) await part.stop();
  };

  try {
    store.start();
    await startServer();
    await writeKubeconfig(files);
    if (options.controllers?.length) {
      const manager = controllerManager(binaries['kube-controller-manager'], files, options.controllers);
      parts.unshift(manager);
      manager.start();
    }
  } catch (error) {
    await stopParts();
    throw error;
  }
  log(`kube-apiserver is ready at ${files.server} after ${secondsSince(begin)}`);
  return {
    kubeconfig: files.kubeconfig,
    server: files.server,
    etcd: `http://127.0.0.1:${etcdPort}`,
    adminEnv: {
      ...process.env,
      KUBECONFIG: files.kubeconfig,
      PATH: `${binariesFolder()}:${process.env['PATH'] ?? ''}`,
    },
    auditLog: files.auditLog,
    kubeApiserver: {
      stop: () => server.stop(),
      start: startServer,
      kill: () => server.kill(),
      pause: () => server.pause(),
      resume: () => server.resume(),
    },
    stop: async () => {
      await stopParts();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function controllerManager(binary: string, files: ApiServerFiles, controllers: readonly string[]): Component {
  return new Component({
    name: 'kube-controller-manager',
    command: binary,
    args: [
      `--kubeconfig=${files.kubeconfig}`,
      `--controllers=${controllers.join(',')}`,
      '--leader-elect=false',
      '--secure-port=0',
    ],
    logFile: join(files.folder, 'kube-controller-manager.log'),
  });
}
