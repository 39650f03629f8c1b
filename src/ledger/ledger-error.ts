import Database from "better-sqlite3";

import { PipelineError } from "../core/errors.ts";

/** What SQLite's error means to a user of the ledger at `path`; anything else is returned as it is. */
export function ledgerErrorOf(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code } = error;
  // SHMSIZE is the error for a WAL index that cannot grow.
  if (code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE") {
    return new PipelineError(
      "disk-full",
      `no space left for ${path}; make room and run the same command again`,
      { path },
      error,
    );
  }
  if (code.startsWith("SQLITE_BUSY") || code === "SQLITE_LOCKED") {
    return new PipelineError(
      "corpus-locked",
      `another process is writing to ${path}; wait for it to end`,
      { path },
      error,
    );
  }
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB" || code === "SQLITE_IOERR_SHORT_READ") {
    const advice = "move it away and run `colophon ingest` on the same archives to make it again";
    return new PipelineError("ledger-broken", `${path} is damaged (${error.message}); ${advice}`, { path }, error);
  }
  if (code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY")) {
    const advice =
      "check that its folder exists and may be written to; reading also works with its -wal and -shm files beside it";
    return new PipelineError("corpus-missing", `cannot open ${path} (${error.message}); ${advice}`, { path }, error);
  }
  if (code.startsWith("SQLITE_CONSTRAINT")) {
    return new PipelineError(
      "segment-broken",
      `${path} does not take a row that contradicts it (${error.message})`,
      { path },
      error,
    );
  }
  return error;
}
