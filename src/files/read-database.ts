import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { isDiskFull } from "../core/disk-full.ts";
import { PipelineError } from "../core/errors.ts";

/**
 * Opens a SQLite database for reading, in a folder that may not be written too. A database with a write-ahead log needs
 * `-wal` and `-shm` beside it, and SQLite makes them where they are missing. Where it cannot, and there is no log, the file
 * is whole by itself: other programs then open it with `immutable=1`, which the SQLite of better-sqlite3 does not take
 * (it is built without URIs). So a copy is opened, which has no name any more when this returns.
 * Source: https://www.sqlite.org/wal.html, "Read-Only Databases".
 * @param open opens the file of this name; SQLite takes its descriptor at once
 * @throws {PipelineError} `disk-full` when there is no room for the copy
 */
export function readDatabase<T>(path: string, open: (name: string) => T): T {
  if (isReadInPlace(path)) return open(path);
  const folder = mkdtempSync(join(tmpdir(), "colophon-reading-"));
  try {
    const copy = join(folder, "copy.sqlite");
    copyWithoutLog(path, copy);
    // Whoever may write there has begun to: SQLite reads beside a writer.
    return open(isReadInPlace(path) ? path : copy);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const words = `${path} is read from a copy, since its folder may not be written, and ${folder} has no room for ${statSync(path).size} bytes; set TMPDIR to another folder`;
    throw new PipelineError("disk-full", words, { path }, error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isReadInPlace(path: string): boolean {
  const hasBoth = existsSync(`${path}-wal`) && existsSync(`${path}-shm`);
  const logBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  return hasBoth || logBytes > 0 || mayWrite(dirname(path));
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Bytes 18 and 19 of a database say 2 when it has a write-ahead log, and 1 when it has none. */
const withoutLog = Buffer.from([1, 1]);

function copyWithoutLog(path: string, copy: string): void {
  copyFileSync(path, copy, constants.COPYFILE_FICLONE);
  chmodSync(copy, 0o600);
  if (statSync(copy).size < 20) return;
  const file = openSync(copy, "r+");
  try {
    writeSync(file, withoutLog, 0, withoutLog.length, 18);
  } finally {
    closeSync(file);
  }
}
