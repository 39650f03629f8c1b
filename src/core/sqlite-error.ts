import { PipelineError, type FailureCode } from "./errors.ts";

/** An error of SQLite, whichever library reports it. Source: https://www.sqlite.org/rescode.html */
interface SqliteFault {
  /** `SQLITE_FULL` and the like, extended codes included. */
  readonly code: string;
  readonly message: string;
}

/** What to do about a file that is damaged, or that cannot be opened. */
export interface SqliteAdvice {
  readonly damaged: string;
  readonly closed: string;
}

/**
 * What SQLite's error means to a user of the file at `path`: `disk-full`, `corpus-locked`, `ledger-broken` or
 * `corpus-missing`; `null` for an error that only the failing statement can explain.
 */
export function sqliteErrorOf(fault: SqliteFault, path: string, advice: SqliteAdvice): PipelineError | null {
  const { code, message } = fault;
  const ours = (as: FailureCode, words: string): PipelineError => new PipelineError(as, words, { path }, fault);
  // SHMSIZE is the error for a WAL index that cannot grow.
  if (code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE") {
    return ours("disk-full", `no space left for ${path}; make room and run the same command again`);
  }
  if (code.startsWith("SQLITE_BUSY") || code === "SQLITE_LOCKED") {
    return ours("corpus-locked", `another process is writing to ${path}; wait for it to end`);
  }
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB" || code === "SQLITE_IOERR_SHORT_READ") {
    return ours("ledger-broken", `${path} is damaged (${message}); ${advice.damaged}`);
  }
  if (code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY")) {
    return ours("corpus-missing", `cannot open ${path} (${message}); ${advice.closed}`);
  }
  return null;
}
