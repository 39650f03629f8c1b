import {
  captureFields,
  codes,
  documentFields,
  type Field,
  type Fields,
  type RowOf,
  type Values,
} from "../core/document-fields.ts";
import { termKeyOrNull } from "./dictionaries.ts";
import type { Ledger } from "./open.ts";
import { blobOf, packedDigest, packedRecordId } from "./row-values.ts";

type Value = string | number | null;
export type Stored = Value | Buffer;

interface Way<Of> {
  /** What an added column is declared as. */
  readonly type: string;
  /** `null`: a value is stored as it is. @param of the value of the field that `of` names */
  readonly pack: ((ledger: Ledger, value: Of | null, of: string) => Stored) | null;
  /** SQL that gives the value back. @param of the column of the field that `of` names */
  readonly sql: (column: string, of: string) => string;
}

const asItIs = { pack: null, sql: (column: string): string => column };

/** Every way to store a field. */
const ways: { readonly [As in keyof Values]: Way<Values[As]> } = {
  text: { type: "TEXT", ...asItIs },
  integer: { type: "INTEGER", ...asItIs },
  real: { type: "REAL", ...asItIs },
  time: { type: "INTEGER", ...asItIs },
  term: {
    type: "INTEGER REFERENCES term (key)",
    pack: termKeyOrNull,
    // A subquery and no join: SQLite joins at most 64 tables.
    sql: (column) => `(SELECT text FROM term WHERE key = ${column})`,
  },
  hex: {
    type: "BLOB",
    pack: (_, value) => (value === null ? null : blobOf(value)),
    sql: (column) => `iif(${column} IS NULL, NULL, lower(hex(${column})))`,
  },
  "record-id": {
    type: "ANY",
    pack: (_, value) => packedRecordId(value),
    sql: (column) => `iif(typeof(${column}) = 'blob', '<urn:uuid:' || lower(substr(hex(${column}), 1, 8)
      || '-' || substr(hex(${column}), 9, 4) || '-' || substr(hex(${column}), 13, 4)
      || '-' || substr(hex(${column}), 17, 4) || '-' || substr(hex(${column}), 21)) || '>', ${column})`,
  },
  "stated-digest": {
    type: "ANY",
    pack: (_, value, sha256) => packedDigest(value, sha256),
    sql: (column, sha256) => `iif(typeof(${column}) = 'blob', 'sha256:' || lower(hex(${sha256})), ${column})`,
  },
  "digest-state": codeOf(codes["digest-state"]),
  outcome: codeOf(codes.outcome),
};

function codeOf<Of extends string>(values: readonly Of[]): Way<Of> {
  return {
    type: "INTEGER",
    pack: (_, value) => (value === null ? null : values.indexOf(value)),
    sql: (column) => `CASE ${column} ${values.map((value, code) => `WHEN ${code} THEN '${value}'`).join(" ")} END`,
  };
}

/** A field as the ledger stores and reads it; made once for the process. */
interface Column {
  readonly name: string;
  readonly column: string;
  /** Name of the value in what `select` gives. */
  readonly selected: string;
  readonly pack: Way<Value>["pack"];
  readonly of: string | null;
}

/** The described fields of a table, ready to be written and read. */
export interface Columns<All extends Fields> {
  readonly all: readonly Column[];
  /** Names of the columns, each with a comma before it. */
  readonly names: string;
  /** A question mark for each, likewise. */
  readonly marks: string;
  /** SQL that gives each field, for `unpack`; the table goes by the alias of `describedTables`. */
  readonly select: string;
  /** Only for the type: what a row of these fields looks like. */
  readonly row?: RowOf<All>;
}

export function columnsOf<All extends Fields>(fields: All, alias: string): Columns<All> {
  const entries: readonly (readonly [string, Field])[] = Object.entries(fields);
  const all = entries.map(([name, { as, column, of = null }]) => ({
    name,
    column,
    selected: `${alias}.${name}`,
    of,
    pack: ways[as].pack as Column["pack"],
  }));
  return {
    all,
    names: all.map(({ column }) => `, ${column}`).join(""),
    marks: ", ?".repeat(all.length),
    select: entries.map(([name, field]) => `${sqlOf(fields, field, alias)} AS "${alias}.${name}"`).join(",\n"),
  };
}

/** SQL for the value of a field of the table under `alias`. */
function sqlOf(fields: Fields, { as, column, of = "" }: Field, alias: string): string {
  return ways[as].sql(`${alias}.${column}`, `${alias}.${fields[of]?.column ?? ""}`);
}

/** Appends the stored form of each field of `row` to `values`, in the order of `names`. */
export function pack<All extends Fields>(
  ledger: Ledger,
  { all }: Columns<All>,
  row: RowOf<All>,
  values: Stored[],
): void {
  const held = row as Readonly<Record<string, Value | undefined>>;
  for (const column of all) {
    // A segment from before the field was described does not have it.
    const value = held[column.name] ?? null;
    if (column.pack === null) values.push(value);
    else values.push(column.pack(ledger, value, column.of === null ? "" : String(held[column.of])));
  }
}

/** The fields out of a row that a statement with `select` gave. */
export function unpack<All extends Fields>({ all }: Columns<All>, row: object): RowOf<All> {
  const held = row as Readonly<Record<string, Value>>;
  const fields: Record<string, Value> = {};
  for (const { name, selected } of all) fields[name] = held[selected] ?? null;
  return fields as RowOf<All>;
}

export const captureColumns = columnsOf(captureFields, "c");
export const documentColumns = columnsOf(documentFields, "d");

/** The tables of described fields, each with the view that shows it. */
export const describedTables = [
  { table: "capture", alias: "c", view: "captures", fields: captureFields as Fields },
  { table: "document", alias: "d", view: "documents", fields: documentFields as Fields },
] as const;

/** A table of described fields. */
export interface DescribedTable {
  readonly table: string;
  readonly alias: string;
  readonly view: string;
  readonly fields: Fields;
}

/** SQL that adds to a table, and at the end of its view, the fields that a version of the schema brought. */
export function addedColumns({ table, alias, view, fields }: DescribedTable, version: number, viewSql: string): string {
  const added = Object.values(fields).filter(({ since }) => since === version);
  if (added.length === 0) return "";
  const columns = added.map(({ as, column }) => `ALTER TABLE ${table} ADD COLUMN ${column} ${ways[as].type};\n`);
  const shown = added.map((field) => `\n, ${shownSql(fields, field, alias)} AS ${field.column}`);
  const from = `\nFROM ${table} ${alias}\n`;
  return `${columns.join("")}DROP VIEW ${view};\n${viewSql.replace(from, () => `${shown.join("")}${from}`)};`;
}

/** Views are for people: times are ISO 8601 there. */
function shownSql(fields: Fields, field: Field, alias: string): string {
  const sql = sqlOf(fields, field, alias);
  return field.as === "time" ? `strftime('%Y-%m-%dT%H:%M:%fZ', ${sql} / 1000.0, 'unixepoch')` : sql;
}
