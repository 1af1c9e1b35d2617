const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'may not be opened by this user',
};

/** In words why a server cannot listen, and by which option to go on; any other error as it is. */
export function listenFault(error: unknown, option: string): unknown {
  const { code = '', port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  const words = WORDS[code];
  if (words === undefined || port === undefined) return error;
  return new Error(`port ${port} of ${address} ${words}: name another with ${option}, or 0 for a free one`, {
    cause: error,
  });
}
