import { realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

import type Database from "better-sqlite3";

import type { Ledger } from "./open.ts";

/**
 * The path of an archive as the ledger keeps it: relative to the folder of the corpus where it lies in there, so that the
 * corpus can be moved, and so that a copy of it has archives of its own; otherwise absolute.
 */
export function storedPath(ledger: Pick<Ledger, "path">, path: string): string {
  const folder = dirname(ledger.path);
  return below(folder, path) ?? below(realPath(folder), join(realPath(dirname(path)), basename(path))) ?? resolve(path);
}

/** The absolute path of an archive that is kept as `stored`. */
export function archivePath(ledger: Pick<Ledger, "path">, stored: string): string {
  return resolve(dirname(ledger.path), stored);
}

/** From `folder` to `path`; `null` when that leads out of it. */
function below(folder: string, path: string): string | null {
  const way = relative(resolve(folder), resolve(path));
  return way === "" || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? null : way;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

interface StoredPath {
  readonly path: string;
  readonly bytes: number;
}

/** Ledgers before schema 6 had absolute paths only. */
export const relativePathsSince = 6;

/**
 * Makes the absolute paths of an older ledger relative where the archives lie in the folder of the corpus. It may have been
 * moved or copied since: an archive that lies at the same place below its folder is its own, and a former folder is known
 * by what follows `archives/`. The same again changes nothing.
 */
export function settleArchivePaths(db: Database.Database, path: string): void {
  const rows = db
    .prepare<[], StoredPath>("SELECT p.path, a.bytes FROM archive_path p JOIN archive a ON a.key = p.archive")
    .all()
    .filter((row) => isAbsolute(row.path));
  const own = new Map(rows.map((row) => [row.path, storedPath({ path }, row.path)]));
  const formerFolders = new Set<string>();
  for (const row of rows) {
    if (own.get(row.path) !== row.path) continue;
    const found = sameBelow(dirname(path), row);
    if (found === null) continue;
    own.set(row.path, found);
    if (found.startsWith(`archives${sep}`)) formerFolders.add(row.path.slice(0, -found.length - 1));
  }
  const update = db.prepare("UPDATE OR REPLACE archive_path SET path = ? WHERE path = ?");
  db.transaction(() => {
    for (const [absolute, known] of own) {
      const way = known === absolute ? belowAny(formerFolders, absolute) : known;
      if (way !== null) update.run(way, absolute);
    }
  }).immediate();
}

/** The longest end of an absolute path at which a file of the same length lies below `folder`. */
function sameBelow(folder: string, { path, bytes }: StoredPath): string | null {
  const names = path.split(sep).filter((name) => name !== "");
  for (let first = 0; first < names.length; first++) {
    const way = names.slice(first).join(sep);
    const found = statSync(join(folder, way), { throwIfNoEntry: false });
    if (found?.isFile() === true && found.size === bytes) return way;
  }
  return null;
}

function belowAny(folders: ReadonlySet<string>, path: string): string | null {
  for (const folder of folders) {
    const way = below(folder, path);
    if (way !== null) return way;
  }
  return null;
}
