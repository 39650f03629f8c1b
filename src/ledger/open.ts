import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";

import Database from "better-sqlite3";

import { PipelineError } from "../core/errors.ts";
import { readDatabase } from "../files/read-database.ts";
import { relativePathsSince, settleArchivePaths } from "./archive-paths.ts";
import { ledgerErrorOf } from "./ledger-error.ts";
import { latestVersion, migrate } from "./migrate.ts";

/** An open ledger. `db`, `statement` and `keys` are for the files of this folder only. */
export interface Ledger {
  readonly path: string;
  readonly mode: "write" | "read";
  /** 0 in a ledger that is whole. */
  readonly partition: number;
  readonly db: Database.Database;
  /** Prepares a statement once for the connection. */
  readonly statement: <Row>(sql: string) => Database.Statement<unknown[], Row>;
  /** Keys of terms and origins that are in the database; emptied whenever a transaction fails. */
  readonly keys: { readonly terms: Map<string, number>; readonly origins: Map<string, number> };
  readonly close: () => void;
  readonly [Symbol.dispose]: () => void;
}

/** Which of the partitions of a corpus a ledger is; a whole one is the first of one. */
export interface PartitionNumber {
  readonly number: number;
  readonly count: number;
}

interface OpenOptions {
  readonly mode: "write" | "read";
  /** What it has to be, and becomes when it is new; left out: whatever it is, a new one whole. */
  readonly place?: PartitionNumber;
}

/** `CLPN`: tells a ledger from any other SQLite file. */
const applicationId = 0x434c504e;

/**
 * Opens the ledger at `path`. A writer makes it where it is missing, brings its schema up to date and is alone until it
 * closes or dies; readers work beside it, and read in a folder that may not be written too.
 * @throws {PipelineError} `corpus-missing`, `corpus-locked`, `ledger-version`, `ledger-broken`, `disk-full`;
 * `config-invalid` for another partition than was wanted
 */
export function openLedger(path: string, { mode, place }: OpenOptions): Ledger {
  const wanted = mode === "read" ? path : dirname(path);
  if (!existsSync(wanted)) {
    throw new PipelineError("corpus-missing", `there is no ledger at ${path}; \`colophon ingest\` makes one`, { path });
  }
  // SQLite would wait for whoever writes into a pipe.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    throw new PipelineError(
      "ledger-broken",
      `${path} is no file; move it away, and \`colophon ingest\` makes a ledger`,
      {
        path,
      },
    );
  }
  const lock = mode === "write" ? lockOf(path) : null;
  let db: Database.Database | null = null;
  try {
    db = mode === "read" ? readDatabase(path, openedToRead) : new Database(path, { timeout: 5000 });
    db.pragma("foreign_keys = ON");
    if (mode === "write") prepareForWriting(db, path, place?.count ?? 1);
    else checkForReading(db, path);
    const { number } = place === undefined ? placeOf(db) : placeHeld(db, path, mode, place);
    return ledgerOf({ path, mode, partition: number, db }, lock);
  } catch (error) {
    db?.close();
    lock?.close();
    throw ledgerErrorOf(error, path);
  }
}

function openedToRead(name: string): Database.Database {
  return new Database(name, { readonly: true, fileMustExist: true, timeout: 5000 });
}

function placeOf(db: Database.Database): PartitionNumber {
  const row = db.prepare<[], PartitionNumber>("SELECT number, count FROM partition").get();
  return row ?? { number: 0, count: 1 };
}

/** What is in one partition is found by the number of them: a ledger never becomes another one than it was made as. */
function placeHeld(
  db: Database.Database,
  path: string,
  mode: Ledger["mode"],
  wanted: PartitionNumber,
): PartitionNumber {
  const held = placeOf(db);
  if (held.number === wanted.number && held.count === wanted.count) return held;
  const isNew = held.count === 1 && db.prepare("SELECT 1 FROM archive LIMIT 1").get() === undefined;
  if (mode === "write" && isNew) {
    db.prepare("INSERT INTO partition (number, count) VALUES (?, ?)").run(wanted.number, wanted.count);
    return wanted;
  }
  throw new PipelineError(
    "config-invalid",
    `${path} was made as partition ${held.number} of ${held.count}, and is asked for as ${wanted.number} of ${wanted.count}; a corpus keeps the number it was made with: put \`partitions\` in corpus.yaml back, or ingest into a new corpus`,
    { path },
  );
}

function ledgerOf(opened: Pick<Ledger, "path" | "mode" | "partition" | "db">, lock: Database.Database | null): Ledger {
  const { path, mode, db } = opened;
  const statements = new Map<string, Database.Statement>();
  const close = (): void => {
    if (mode === "write" && db.open) closeLeavingIndex(db, path);
    else db.close();
    lock?.close();
  };
  return {
    ...opened,
    statement: <Row>(sql: string): Database.Statement<unknown[], Row> => {
      const known = statements.get(sql);
      if (known !== undefined) return known as Database.Statement<unknown[], Row>;
      const made = db.prepare(sql);
      statements.set(sql, made);
      return made as Database.Statement<unknown[], Row>;
    },
    keys: { terms: new Map(), origins: new Map() },
    close,
    [Symbol.dispose]: close,
  };
}

/**
 * The last connection to close takes the log and its index away, and a reader who may not write to the folder cannot make
 * them again. One that only reads leaves them where they are: it closes last, and the log is empty by then.
 */
function closeLeavingIndex(db: Database.Database, path: string): void {
  let last: Database.Database | null = null;
  try {
    // A reader at work is not waited for; the log is then emptied another time.
    db.pragma("busy_timeout = 0");
    db.pragma("wal_checkpoint(TRUNCATE)");
    last = new Database(path, { readonly: true });
    last.pragma("user_version");
  } catch (error) {
    // All that was written is safe in the log: nothing of this is worth a failure.
    if (!(error instanceof Database.SqliteError)) throw error;
  } finally {
    db.close();
    last?.close();
  }
}

/**
 * The lock is SQLite's own on an empty file beside the ledger: the kernel lets go of it however its holder dies, and
 * readers of the ledger never meet it.
 */
function lockOf(path: string): Database.Database {
  try {
    const lock = new Database(`${path}.lock`, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    const known = ledgerErrorOf(error, path);
    if (known instanceof PipelineError && known.code === "corpus-locked") {
      throw new PipelineError(
        "corpus-locked",
        `another process is writing to ${path} (it holds ${path}.lock); wait for it to end or stop it`,
        { path, lock: `${path}.lock` },
        error,
      );
    }
    throw known;
  }
}

/** True while a writer holds the ledger at `path`. Only tells what is so now: to write, open it for writing. */
export function isLocked(path: string): boolean {
  if (!existsSync(`${path}.lock`)) return false;
  let lock: Database.Database | null = null;
  try {
    // Reading it tells, and needs no right to write.
    lock = new Database(`${path}.lock`, { readonly: true, timeout: 0 });
    lock.prepare("SELECT count(*) FROM sqlite_schema").get();
    return false;
  } catch (error) {
    const known = ledgerErrorOf(error, path);
    if (known instanceof PipelineError && known.code === "corpus-locked") return true;
    throw known;
  } finally {
    lock?.close();
  }
}

/** KiB for the partitions of a corpus together. */
const cacheKib = 65_536;

function prepareForWriting(db: Database.Database, path: string, partitions: number): void {
  // Taken only by a file that is still empty: 8 KiB pages appended a quarter faster than 4 KiB.
  db.pragma("page_size = 8192");
  checkIdentity(db, path);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma(`cache_size = -${Math.max(2048, Math.floor(cacheKib / partitions))}`);
  db.pragma("journal_size_limit = 67108864");
  // Before there is any table: a process killed while it makes a ledger leaves one, not a file of unknown origin.
  db.pragma(`application_id = ${applicationId}`);
  const version = db.pragma("user_version", { simple: true }) as number;
  if (version > 0 && version < relativePathsSince) settleArchivePaths(db, path);
  migrate(db);
}

function checkForReading(db: Database.Database, path: string): void {
  checkIdentity(db, path);
  const version = db.pragma("user_version", { simple: true }) as number;
  if (version < latestVersion()) {
    throw new PipelineError(
      "ledger-version",
      `the ledger at ${path} is of schema ${version}, this program reads ${latestVersion()}; any command that writes to the corpus, such as \`colophon ingest\`, brings it up to date`,
      { path, version },
    );
  }
}

function checkIdentity(db: Database.Database, path: string): void {
  const version = db.pragma("user_version", { simple: true }) as number;
  const empty = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0;
  const id = db.pragma("application_id", { simple: true });
  if (!empty && id !== applicationId) {
    throw new PipelineError(
      "ledger-broken",
      `${path} is a SQLite file, but not a ledger of this program; name another`,
      {
        path,
      },
    );
  }
  if (version > latestVersion()) {
    throw new PipelineError(
      "ledger-version",
      `the ledger at ${path} was written by a newer version (schema ${version}, this program knows ${latestVersion()}); update the program`,
      { path, version },
    );
  }
}
