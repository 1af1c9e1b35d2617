import { readFile } from 'node:fs/promises';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/log.ts';

/**
 * The CA of the hub's certificate, which may change; undefined where the hub speaks plain http, or where its Secret
 * names no CA: then those count that everybody knows.
 */
export async function readHubCa(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.trim() || undefined;
}

export interface FollowHubCa {
  readonly file: string;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Every connection's pod has to be given the new one. */
  readonly onChange: () => void;
}

/** Looks at the file: a kubelet swaps a link, which a watch of files may miss. Until the signal. */
export async function followHubCa(
  { file, everyMs, clock, log, onChange }: FollowHubCa,
  signal: AbortSignal,
): Promise<void> {
  let seen = await readHubCa(file).catch(() => undefined);
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    try {
      const now = await readHubCa(file);
      if (now === seen) continue;
      seen = now;
      log.info("the CA of the hub's certificate changed: sync pods are made anew with it");
      onChange();
    } catch (error) {
      log.warn({ err: error }, "the CA of the hub's certificate cannot be read: pods keep the one they have");
    }
  }
}
