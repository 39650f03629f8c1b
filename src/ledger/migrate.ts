import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type Database from "better-sqlite3";

import { captureFields, documentFields, type Field, type Fields } from "../core/document-fields.ts";
import { PipelineError } from "../core/errors.ts";
import { schemasFolder } from "../schema/schemas-folder.ts";
import { sqlOf, ways } from "./columns.ts";
import { rereadHosts } from "./reread-hosts.ts";

/** A table of described fields, with the view that shows them. */
export interface DescribedTable {
  readonly table: string;
  readonly alias: string;
  readonly view: string;
  readonly fields: Fields;
}

export const describedTables: readonly DescribedTable[] = [
  { table: "capture", alias: "c", view: "captures", fields: captureFields },
  { table: "document", alias: "d", view: "documents", fields: documentFields },
];

/**
 * SQL that adds the fields which a version of the schema brought: to their table, and to the end of its view.
 * @param viewSql the view as it is
 */
function addedColumns({ table, alias, view, fields }: DescribedTable, version: number, viewSql: string): string {
  const added = Object.values(fields).filter(({ since }) => since === version);
  if (added.length === 0) return "";
  const columns = added.map(({ as, column }) => `ALTER TABLE ${table} ADD COLUMN ${column} ${ways[as].type};`);
  const shown = added.map((field) => `\n, ${shownSql(fields, field, alias)} AS ${field.column}`).join("");
  const from = `\nFROM ${table} ${alias}\n`;
  return [...columns, `DROP VIEW ${view};`, `${viewSql.replace(from, () => `${shown}${from}`)};`].join("\n");
}

/** Views are for people: times are ISO 8601 there. */
function shownSql(fields: Fields, field: Field, alias: string): string {
  const sql = sqlOf(fields, field, alias);
  return field.as === "time" ? `strftime('%Y-%m-%dT%H:%M:%fZ', ${sql} / 1000.0, 'unixepoch')` : sql;
}

/** What leads to each version, in order: a file of `schemas/sql`, described fields, or both. */
function migrations(tables: readonly DescribedTable[]): readonly (string | null)[] {
  const names = readdirSync(join(schemasFolder(), "sql")).sort();
  // A file's name begins with the version that it leads to.
  const files = new Map(names.map((name) => [Number(name.slice(0, 4)), name]));
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

/** What SQL alone cannot do, by the version that it belongs to. */
const rereadings: Readonly<Record<number, (db: Database.Database) => void>> = { 8: rereadHosts };

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
      rereadings[index + 1]?.(db);
      db.pragma(`user_version = ${index + 1}`);
    });
    step.immediate();
  }
}

function viewSql(db: Database.Database, view: string): string {
  const sql = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?").pluck().get(view);
  return typeof sql === "string" ? sql : "";
}
