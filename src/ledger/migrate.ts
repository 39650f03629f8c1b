import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type Database from "better-sqlite3";

import { PipelineError } from "../core/errors.ts";
import { schemasFolder } from "../schema/schemas-folder.ts";
import { addedColumns, describedTables, type DescribedTable } from "./columns.ts";

/** Version that a file of `schemas/sql` leads to: the number that begins its name. */
function versionOf(name: string): number {
  return Number(name.slice(0, 4));
}

/** What leads to each version, in order: a file of `schemas/sql`, described fields, or both. */
function migrations(tables: readonly DescribedTable[]): readonly (string | null)[] {
  const names = readdirSync(join(schemasFolder(), "sql")).sort();
  const files = new Map(names.map((name) => [versionOf(name), name]));
  const described = tables.flatMap(({ fields }) => Object.values(fields));
  const brought = new Set(described.flatMap(({ since }) => (since === undefined ? [] : [since])));
  const latest = Math.max(...files.keys(), ...brought);
  return Array.from({ length: latest }, (_, index) => {
    const name = files.get(index + 1) ?? null;
    if (name === null && !brought.has(index + 1))
      throw new PipelineError("ledger-version", `nothing leads to version ${index + 1} of the ledger's schema`);
    return name;
  });
}

/** The schema that this program reads and writes, as a number. */
export function latestVersion(): number {
  return migrations(describedTables).length;
}

/** Brings the schema up to date, each step in a transaction of its own: a killed process leaves a whole older version. */
export function migrate(db: Database.Database, tables: readonly DescribedTable[] = describedTables): void {
  for (const [index, name] of migrations(tables).entries()) {
    const step = db.transaction(() => {
      if ((db.pragma("user_version", { simple: true }) as number) > index) return;
      if (name !== null) db.exec(readFileSync(join(schemasFolder(), "sql", name), "utf8"));
      for (const table of tables) db.exec(addedColumns(table, index + 1, viewSql(db, table.view)));
      db.pragma(`user_version = ${index + 1}`);
    });
    step.immediate();
  }
}

function viewSql(db: Database.Database, view: string): string {
  const sql = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?").pluck().get(view);
  return typeof sql === "string" ? sql : "";
}
