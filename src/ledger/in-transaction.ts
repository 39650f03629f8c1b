import { ledgerErrorOf } from "./ledger-error.ts";
import type { Ledger } from "./open.ts";

/** Runs `work` in a transaction of each ledger, all of them open until it has ended; they are kept one after the other. */
export function inTransactions<T>([first, ...rest]: readonly Ledger[], work: () => T): T {
  return first === undefined ? work() : inTransaction(first, () => inTransactions(rest, work));
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
