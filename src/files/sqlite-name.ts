import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * What SQLite is given to read the database at `path`. A database with a write-ahead log needs `-wal` and `-shm` beside it
 * and makes them where they are missing; in a folder that may not be written it cannot. Nobody writes there either, so
 * that a file without a log is opened as `immutable`: as it is, with neither log nor locks.
 * Source: https://www.sqlite.org/wal.html, "Read-Only Databases".
 */
export function nameToRead(path: string): string {
  const hasBoth = existsSync(`${path}-wal`) && existsSync(`${path}-shm`);
  if (hasBoth || logBytes(path) > 0 || mayWrite(dirname(path))) return path;
  return `${pathToFileURL(path).href}?immutable=1`;
}

function logBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
