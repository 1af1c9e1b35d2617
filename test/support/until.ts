/** Of one wait. What takes a second on a machine with nothing else to do takes ten on a busy one. */
export const PATIENCE_MS = 20_000;

/** Polls until it is so. */
export async function until(
  what: string,
  check: () => Promise<boolean>,
  describe: () => string = () => '',
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
