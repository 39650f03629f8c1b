// Runs one statement for `runQuery` and answers once; it is killed when it takes too long.
import Database from "better-sqlite3";

import { PipelineError } from "../core/errors.ts";
import { ledgerErrorOf } from "./ledger-error.ts";
import { openLedger } from "./open.ts";
import { openPartitions } from "./partitions.ts";
import type { QueryAnswer, QueryRequest, QueryResult } from "./query.ts";
import { unitePartitions } from "./unite-partitions.ts";

/** Bytes of text that an answer may hold, about: rows are held in memory twice on their way. */
const maxAnswerBytes = 64 * 1024 * 1024;

process.once("message", (request: QueryRequest) => {
  process.send?.(answerTo(request), undefined, undefined, () => process.disconnect());
});

function answerTo({ paths, sql, maxRows }: QueryRequest): QueryAnswer {
  try {
    using ledger = openLedger(paths[0] ?? "", { mode: "read" });
    if (paths.length > 1) {
      // Attached as they are: this says clearly of each what is wrong with it.
      openPartitions(paths, { mode: "read" })[Symbol.dispose]();
      unitePartitions(ledger.db, paths);
    }
    return { result: resultOf(readingStatement(ledger.db, sql), maxRows) };
  } catch (fault) {
    const error = ledgerErrorOf(fault, paths[0] ?? "");
    if (error instanceof PipelineError) return { failure: { code: error.code, message: error.message } };
    const message = error instanceof Error ? error.message : String(error);
    // A RangeError is a parameter (`?`, `:name`) that nothing is given for.
    if (error instanceof Database.SqliteError || error instanceof RangeError || error instanceof TypeError)
      return { failure: { code: "query-refused", message: `the query failed: ${message}` } };
    return { failure: { code: null, message } };
  }
}

/** The engine's own word on a statement; each of the two properties alone lets something through (ATTACH, PRAGMA). */
function readingStatement(db: Database.Database, sql: string): Database.Statement<unknown[], unknown[]> {
  const statement = prepared(db, sql);
  if (statement.reader && statement.readonly)
    return statement.safeIntegers().raw() as Database.Statement<unknown[], unknown[]>;
  throw new PipelineError(
    "query-refused",
    "only a statement that reads and returns rows is run: begin it with SELECT or WITH",
  );
}

function prepared(db: Database.Database, sql: string): Database.Statement {
  try {
    return db.prepare(sql);
  } catch (error) {
    // Several statements in one text, or none.
    if (error instanceof RangeError) {
      throw new PipelineError("query-refused", "give exactly one statement, without anything behind its semicolon");
    }
    if (!(error instanceof Database.SqliteError)) throw error;
    if (!error.message.startsWith("no such")) throw new PipelineError("query-refused", error.message);
    const views = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name").pluck().all();
    throw new PipelineError("query-refused", `${error.message}; the views are ${views.join(", ")}`);
  }
}

function resultOf(statement: Database.Statement<unknown[], unknown[]>, maxRows: number): QueryResult {
  const columns = distinct(statement.columns().map(({ name }) => name));
  const rows: (string | number | null)[][] = [];
  let bytes = 0;
  for (const row of statement.iterate()) {
    const values = row.map(plainValue);
    bytes += values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 8), 0);
    if (rows.length === maxRows) return { columns, rows, truncated: "rows" };
    if (bytes > maxAnswerBytes) return { columns, rows, truncated: "bytes" };
    rows.push(values);
  }
  return { columns, rows, truncated: null };
}

function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let count = 1; taken.has(own); count++) own = `${name}:${count}`;
    taken.add(own);
    return own;
  });
}

function plainValue(value: unknown): string | number | null {
  if (value === null || typeof value === "string") return value;
  // JSON has no infinity and would make it the null that means unknown.
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Buffer.isBuffer(value)) return value.toString("hex");
  const integer = value as bigint;
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer.toString();
}
