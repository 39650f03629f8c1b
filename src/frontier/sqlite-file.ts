import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";

import Database from "better-sqlite3";

import { PipelineError } from "../core/errors.ts";
import { sqliteErrorOf } from "../core/sqlite-error.ts";
import { readDatabase } from "../files/read-database.ts";
import { addedColumns, frontierApplicationId, frontierSchema, frontierVersion } from "./sqlite-schema.ts";

/** An open frontier file, with what is remembered of it. */
export interface FrontierFile {
  /** Prepares a statement once. */
  readonly statement: <Row>(sql: string) => Database.Statement<unknown[], Row>;
  /** One transaction that takes the write lock first; what is remembered is forgotten when it fails. */
  readonly inTransaction: <T>(work: () => T) => T;
  /** Key of a host, `null` when it is not known. */
  readonly hostOf: (name: string) => number | null;
  readonly addHost: (name: string) => number;
  readonly reasonOf: (name: string) => number;
  /** Depths of URLs met of late: most links of a page are those of the page before. */
  readonly recent: RecentDepths;
  /** Says that it may have changed when a host is due. */
  readonly touch: (host: number) => void;
  /** Says so of all hosts. */
  readonly touchAll: () => void;
  /** Hosts touched since this was last called; `null` when all may have been. */
  readonly takeTouched: () => ReadonlySet<number> | null;
  readonly close: () => void;
}

export interface RecentDepths {
  readonly get: (url: string) => number | undefined;
  readonly set: (url: string, depth: number) => void;
}

const recentLimit = 20_000;
const rememberedHosts = 50_000;

/** 8 bytes of SHA-256: what a row is found by. By way of a string, for that takes Node's pool and no memory of its own. */
export function digestOf(text: string): Buffer {
  return Buffer.from(hash("sha256", text, "binary").slice(0, 8), "latin1");
}

/** @throws {PipelineError} `corpus-missing`, `corpus-locked`, `ledger-version`, `ledger-broken`, `disk-full` */
export function openFrontierFile(path: string, mode: "write" | "read" = "write"): FrontierFile {
  if (!existsSync(dirname(path))) throw new PipelineError("corpus-missing", `there is no folder for ${path}`, { path });
  let db: Database.Database | null = null;
  try {
    const reading = mode === "read";
    const opened = (name: string): Database.Database => new Database(name, { readonly: reading, timeout: 5000 });
    db = reading ? readDatabase(path, opened) : opened(path);
    const isNew = checkIdentity(db, path);
    if (!reading) prepare(db);
    else if (isNew) {
      // Left by a process that was killed before it had made a table.
      db.close();
      return openFrontierFile(path);
    }
    return fileOf(db, path);
  } catch (error) {
    db?.close();
    throw frontierErrorOf(error, path);
  }
}

/** @returns true when it has no table yet */
function checkIdentity(db: Database.Database, path: string): boolean {
  const version = db.pragma("user_version", { simple: true }) as number;
  const empty = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0;
  if (!empty && db.pragma("application_id", { simple: true }) !== frontierApplicationId) {
    throw new PipelineError("ledger-broken", `${path} is a SQLite file, but no frontier of this program`, { path });
  }
  if (!empty && version !== frontierVersion && !addedColumns.has(version)) {
    const advice = "go on with the version of the program that began the crawl";
    throw new PipelineError("ledger-version", `${path} is of schema ${version}; ${advice}`, { path, version });
  }
  return empty;
}

function prepare(db: Database.Database): void {
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("cache_size = -32768");
  db.pragma("wal_autocheckpoint = 4000");
  db.pragma("journal_size_limit = 67108864");
  const make = db.transaction(() => {
    if (db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0) db.exec(frontierSchema);
    else {
      // Again, inside the transaction: another process may have added them.
      const columns = addedColumns.get(db.pragma("user_version", { simple: true }) as number);
      if (columns === undefined) return;
      for (const column of columns) db.exec(`ALTER TABLE validators ADD COLUMN ${column}`);
    }
    db.pragma(`application_id = ${frontierApplicationId}`);
    db.pragma(`user_version = ${frontierVersion}`);
  });
  make.immediate();
}

function fileOf(db: Database.Database, path: string): FrontierFile {
  const statement = preparedOnce(db);
  const keys = rememberedKeys(statement);
  const touched = touchedHosts();
  const { recent, forget } = recentDepths();
  return {
    statement,
    recent,
    ...touched,
    inTransaction<T>(work: () => T): T {
      try {
        return db.transaction(work).immediate();
      } catch (error) {
        // They may be of rows that were rolled back.
        keys.forget();
        touched.touchAll();
        forget();
        throw frontierErrorOf(error, path);
      }
    },
    hostOf: keys.hostOf,
    addHost: keys.addHost,
    reasonOf: keys.reasonOf,
    close: () => void db.close(),
  };
}

function preparedOnce(db: Database.Database): FrontierFile["statement"] {
  const statements = new Map<string, Database.Statement>();
  return <Row>(sql: string): Database.Statement<unknown[], Row> => {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known as Database.Statement<unknown[], Row>;
  };
}

interface RememberedKeys extends Pick<FrontierFile, "hostOf" | "addHost" | "reasonOf"> {
  readonly forget: () => void;
}

/** Row keys of names, each looked up once. */
function rememberedKeys(statement: FrontierFile["statement"]): RememberedKeys {
  const hosts = new Map<string, number>();
  const reasons = new Map<string, number>();
  const remember = (name: string, id: number): number => {
    if (hosts.size >= rememberedHosts) hosts.clear();
    hosts.set(name, id);
    return id;
  };
  return {
    hostOf(name) {
      const known = hosts.get(name);
      if (known !== undefined) return known;
      const row = statement<{ id: number }>("SELECT id FROM hosts WHERE name = ?").get(name);
      return row === undefined ? null : remember(name, row.id);
    },
    addHost(name) {
      return remember(name, Number(statement("INSERT INTO hosts (name) VALUES (?)").run(name).lastInsertRowid));
    },
    reasonOf(name) {
      const known = reasons.get(name);
      if (known !== undefined) return known;
      statement("INSERT INTO reasons (name) VALUES (?) ON CONFLICT (name) DO NOTHING").run(name);
      const id = statement<{ id: number }>("SELECT id FROM reasons WHERE name = ?").get(name)?.id ?? 0;
      reasons.set(name, id);
      return id;
    },
    forget() {
      hosts.clear();
      reasons.clear();
    },
  };
}

function touchedHosts(): Pick<FrontierFile, "touch" | "touchAll" | "takeTouched"> {
  /** `null` when it may be all. */
  let touched: Set<number> | null = null;
  return {
    touch(host) {
      if (touched === null) return;
      if (touched.size < rememberedHosts) touched.add(host);
      else touched = null;
    },
    touchAll() {
      touched = null;
    },
    takeTouched() {
      const taken = touched;
      touched = new Set();
      return taken;
    },
  };
}

/** Two generations: when the young one is full it takes the place of the old one, and nothing is ever sorted by age. */
function recentDepths(): { readonly recent: RecentDepths; readonly forget: () => void } {
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  const set = (url: string, depth: number): void => {
    if (young.size >= recentLimit) [old, young] = [young, new Map()];
    young.set(url, depth);
  };
  return {
    recent: {
      get(url) {
        const depth = young.get(url);
        if (depth !== undefined) return depth;
        const aged = old.get(url);
        if (aged !== undefined) set(url, aged);
        return aged;
      },
      set,
    },
    forget() {
      young = new Map();
      old = new Map();
    },
  };
}

const advice = {
  damaged: "the archives are whole without it: move it away and crawl on from the seeds",
  closed: "check that its folder may be written to",
};

function frontierErrorOf(error: unknown, path: string): unknown {
  return error instanceof Database.SqliteError ? (sqliteErrorOf(error, path, advice) ?? error) : error;
}
