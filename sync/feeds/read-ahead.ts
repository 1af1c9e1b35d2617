interface Ending {
  readonly end: boolean;
}

/**
 * A driver's pages in their order, the next one read while the last is worked on: one and no more, for memory's sake.
 * What goes wrong with a page is told when its turn comes, so that everything before it has been committed.
 */
export async function* readAhead<T extends Ending>(pages: AsyncIterable<T>): AsyncGenerator<T, void> {
  const iterator = pages[Symbol.asyncIterator]();
  const read = (): Promise<IteratorResult<T, unknown>> => {
    const coming = iterator.next();
    // Awaited later: until then a failure is nobody's.
    coming.catch(() => undefined);
    return coming;
  };
  try {
    for (let coming = read(); ;) {
      const { done, value } = await coming;
      if (done) return;
      if (!value.end) coming = read();
      yield value;
      if (value.end) return;
    }
  } finally {
    // Not awaited: a read that is under way ends by its signal.
    void iterator.return?.().catch(() => undefined);
  }
}
