import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from './build.ts';
import { Component } from './component.ts';
import type { Log } from './log.ts';
import { freePorts } from './ports.ts';
import { waitFor } from './wait.ts';

/** A registry of images and charts on this machine, without TLS: the one of go-containerregistry. */
export interface Registry {
  /** "127.0.0.1:5000", as the first part of a reference. */
  readonly host: string;
  stop(): Promise<void>;
}

export async function startRegistry(log: Log): Promise<Registry> {
  const { crane } = await ensureBinaries(['crane'], log);
  const folder = await mkdtemp(join(tmpdir(), 'supercargo-registry-'));
  const [port] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  const args = ['registry', 'serve', '--address', host, '--disk', folder];
  const server = new Component({ name: 'registry', command: crane, args, logFile: join(folder, 'registry.log') });
  server.start();
  const answers = async (): Promise<true | undefined> => (await fetch(`http://${host}/v2/`)).ok || undefined;
  await waitFor('registry', answers, { timeout: 30_000, logFile: server.spec.logFile, alive: () => server.running });
  return {
    host,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
