import type Database from "better-sqlite3";

import { PipelineError } from "../core/errors.ts";
import { readDatabase } from "../files/read-database.ts";

/** SQLite attaches no more than ten, and the first is open already. */
const unitedLimit = 11;

// Every partition knows every archive and slice, and one of them has its bytes: one row for each, as in a whole ledger.
const sumsOf: Readonly<Record<string, { readonly by: string; readonly columns: string }>> = {
  archives: {
    by: "archive_sha256",
    columns: `archive_sha256, name, bytes, slices, min(slices_measured) AS slices_measured,
      sum(record_bytes) AS record_bytes, sum(lost_bytes) AS lost_bytes, sum(captures) AS captures,
      sum(documents) AS documents`,
  },
  slices: {
    by: "archive_sha256, slice",
    // As texts, counts of records (`{"...`) come before no counts (`{}`).
    columns: `archive_sha256, archive, slice, first_byte, max(end_byte) AS end_byte, sum(record_bytes) AS record_bytes,
      sum(lost_bytes) AS lost_bytes, min(record_counts) AS record_counts, sum(captures) AS captures,
      sum(documents) AS documents, segment_sha256, software, build`,
  },
  // Every partition that was appended to knows the builds of its slices.
  builds: { by: "build, part", columns: "build, part, revision" },
};

/**
 * Puts a view over all partitions in the place of each view of the first, for this connection only. Keys are unique over
 * all of them, so that views are joined as in a whole ledger.
 * @param db open on the first of `paths`
 * @throws {PipelineError} `query-refused` when there are more of them than SQLite takes together
 */
export function unitePartitions(db: Database.Database, paths: readonly string[]): void {
  if (paths.length > unitedLimit) {
    throw new PipelineError(
      "query-refused",
      `one query reaches at most ${unitedLimit} partitions, and this corpus has ${paths.length}: ask one with --partition <n>, from 0 to ${paths.length - 1}`,
    );
  }
  const schemas = paths.map((_, number) => (number === 0 ? "main" : `p${number}`));
  for (const [number, path] of paths.entries()) {
    if (number > 0) readDatabase(path, (name) => db.prepare(`ATTACH ? AS p${number}`).run(name));
  }
  const views = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").pluck().all() as string[];
  for (const view of views) {
    const all = schemas.map((schema) => `SELECT * FROM ${schema}.${view}`).join(" UNION ALL ");
    const sums = sumsOf[view];
    db.exec(
      `CREATE TEMP VIEW ${view} AS ${sums === undefined ? all : `SELECT ${sums.columns} FROM (${all}) GROUP BY ${sums.by}`}`,
    );
  }
}
