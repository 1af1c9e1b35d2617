import { tryRun } from './exec.ts';

/** True when a Docker engine answers; a docker command alone is not one. */
export async function dockerIsRunning(): Promise<boolean> {
  const result = await tryRun('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 15_000 }).catch(
    () => undefined,
  );
  return result?.code === 0 && result.stdout.trim() !== '';
}
