import { fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

import { PipelineError, type FailureCode } from "../core/errors.ts";

export interface QueryBounds {
  readonly timeoutMs: number;
  readonly maxRows: number;
  readonly signal: AbortSignal;
}

export interface QueryResult {
  /** Each name once: a second `a` is `a:1`, as SQLite names them in a subquery. */
  readonly columns: readonly string[];
  /** Blobs are hex text; integers beyond 2^53 and infinities are text. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Which bound cut the answer off: there were more rows, or more bytes of them, than allowed; `null` when it is whole. */
  readonly truncated: "rows" | "bytes" | null;
}

/** What the child is sent, and what it answers. */
export interface QueryRequest {
  readonly paths: readonly string[];
  readonly sql: string;
  readonly maxRows: number;
}
export type QueryAnswer =
  | { readonly result: QueryResult }
  | { readonly failure: { readonly code: FailureCode | null; readonly message: string } };

/**
 * Runs one free SQL statement that only reads, in a process of its own: this build of SQLite cannot be interrupted from
 * inside, and ending a thread waits for the query. Killing a process does not. Over several partitions each view holds the
 * rows of all.
 * @param ledgerPaths all partitions in order, or one ledger
 * @throws {PipelineError} `query-refused` for anything but one reading statement, `query-limit` at the timeout,
 * `interrupted`, or what `openLedger` throws
 */
export async function runQuery(ledgerPaths: readonly string[], sql: string, bounds: QueryBounds): Promise<QueryResult> {
  const { timeoutMs, maxRows, signal } = bounds;
  if (signal.aborted) throw new PipelineError("interrupted", "the query was stopped");
  const child = fork(fileURLToPath(new URL(`./query-child${extname(import.meta.url)}`, import.meta.url)), [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [],
  });
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    const answer = await new Promise<QueryAnswer>((resolve, reject) => {
      timer = setTimeout(() => {
        const advice = "narrow it with WHERE, or give it more time with --timeout";
        reject(
          new PipelineError("query-limit", `the query took longer than ${timeoutMs} ms; ${advice}`, { timeoutMs }),
        );
      }, timeoutMs);
      stop = () => reject(new PipelineError("interrupted", "the query was stopped"));
      signal.addEventListener("abort", stop);
      child.on("error", reject);
      child.on("message", (message) => resolve(message as QueryAnswer));
      child.on("exit", (code, killedBy) => {
        const how = killedBy ?? `status ${code}`;
        reject(
          new PipelineError("query-limit", `the query ended its process (${how}): it may have needed too much memory`),
        );
      });
      child.send({ paths: ledgerPaths, sql, maxRows } satisfies QueryRequest);
    });
    if ("result" in answer) return answer.result;
    const { code, message } = answer.failure;
    throw code === null ? new Error(message) : new PipelineError(code, message, { path: ledgerPaths[0] ?? "" });
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal.removeEventListener("abort", stop);
    child.kill("SIGKILL");
  }
}
