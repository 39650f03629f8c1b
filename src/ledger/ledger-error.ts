import Database from "better-sqlite3";

import { PipelineError } from "../core/errors.ts";
import { sqliteErrorOf } from "../core/sqlite-error.ts";

const advice = {
  damaged: "move it away and run `colophon ingest` on the same archives to make it again",
  closed:
    "check that its folder exists and may be written to; in one that may not, it is read with its -wal and -shm files beside it, or without a log (other programs then open it with immutable=1)",
};

/** What SQLite's error means to a user of the ledger at `path`; anything else is returned as it is. */
export function ledgerErrorOf(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith("SQLITE_CONSTRAINT")) {
    const words = `${path} does not take a row that contradicts it (${error.message})`;
    return new PipelineError("segment-broken", words, { path }, error);
  }
  return sqliteErrorOf(error, path, advice) ?? error;
}
