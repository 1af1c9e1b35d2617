import { freePorts } from '../cluster/ports.ts';

/** A port that nothing listens on at this moment, and that nobody is given by chance. */
export async function freePort(host?: string): Promise<number> {
  const [port] = await freePorts(1, host);
  return port!;
}
