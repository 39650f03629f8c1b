import { openLedger, type Ledger } from "./open.ts";

/** All ledgers of a corpus, in order of their numbers; usually one. */
export interface Partitions extends Disposable {
  readonly all: readonly Ledger[];
}

/**
 * Opens the partitions of a corpus, one after the other: a writer holds the lock of each.
 * @throws {PipelineError} what `openLedger` throws; none stays open then
 */
export function openPartitions(paths: readonly string[], { mode }: Pick<Ledger, "mode">): Partitions {
  using opened = new DisposableStack();
  const all = paths.map((path, number) =>
    opened.use(openLedger(path, { mode, place: { number, count: paths.length } })),
  );
  const kept = opened.move();
  return { all, [Symbol.dispose]: () => kept[Symbol.dispose]() };
}
