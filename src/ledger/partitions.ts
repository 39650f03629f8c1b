import { ledgerErrorOf } from "./ledger-error.ts";
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

/** Runs `work` in a transaction of each ledger, all of them open until it has ended; they are committed one after the other. */
export function inTransactions<T>([first, ...rest]: readonly Ledger[], work: () => T): T {
  return first === undefined ? work() : inTransaction(first, () => inTransactions(rest, work));
}

/** Runs `work` in a transaction during which rows may go that others refer to; `work` sees to those itself. */
export function withoutForeignKeys<T>(ledger: Ledger, work: () => T): T {
  // SQLite takes this only between transactions.
  ledger.db.pragma("foreign_keys = OFF");
  try {
    return inTransaction(ledger, work);
  } finally {
    ledger.db.pragma("foreign_keys = ON");
  }
}

/**
 * Runs `work` in one transaction that takes the write lock first: one that begins by reading can fail at its first write
 * whatever the timeout.
 */
export function inTransaction<T>(ledger: Ledger, work: () => T): T {
  try {
    return ledger.db.transaction(work).immediate();
  } catch (error) {
    // They may hold keys of rows that were rolled back.
    ledger.keys.terms.clear();
    ledger.keys.origins.clear();
    throw ledgerErrorOf(error, ledger.path);
  }
}
