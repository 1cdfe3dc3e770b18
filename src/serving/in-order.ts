type Arrived<T> = IteratorResult<T> | { readonly failure: unknown };

/**
 * Works on what comes with at most `depth` pieces at work at once, and gives the results in order, each as soon as it is
 * there. While nobody takes results, no more than that is taken from the source. When the source fails, so does this,
 * after the results of what came before.
 */
export async function* inOrder<In, Out>(
  source: AsyncIterable<In>,
  depth: number,
  work: (piece: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const pieces = source[Symbol.asyncIterator]();
  const next = (): Promise<Arrived<In>> => pieces.next().catch((failure: unknown) => ({ failure }));
  const atWork: Promise<Out>[] = [];
  let coming: Promise<Arrived<In>> | undefined = next();
  let end: Arrived<In> | undefined;
  try {
    while (coming !== undefined || atWork.length > 0) {
      const first = atWork[0]?.then(() => undefined);
      const canWait = coming !== undefined && atWork.length < depth;
      const arrived: Arrived<In> | undefined = await (canWait
        ? Promise.race([first ?? coming, coming])
        : first);
      if (arrived === undefined) yield (await atWork.shift()) as Out;
      else if ('failure' in arrived || arrived.done === true) {
        end = arrived;
        coming = undefined;
      } else {
        atWork.push(work(arrived.value));
        coming = next();
      }
    }
    if (end !== undefined && 'failure' in end) throw end.failure;
  } finally {
    for (const left of atWork) left.catch(() => undefined);
    void pieces.return?.()?.catch(() => undefined);
  }
}
