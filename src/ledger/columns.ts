import { captureFields, documentFields, type Field, type Fields, type RowOf } from "../core/document-fields.ts";
import { digestStates, outcomes, type DigestState, type Outcome } from "../core/records.ts";
import type { Ledger } from "./open.ts";
import { termKey, blobOf, packedDigest, packedRecordId } from "./rows.ts";

type Value = string | number | null;
export type Stored = Value | Buffer;
type Way = Field["as"];

const asItIs = (column: string): string => column;
const codeOf = (values: readonly string[]): Reading => ({
  type: "INTEGER",
  sql: (column) => `CASE ${column} ${values.map((value, code) => `WHEN ${code} THEN '${value}'`).join(" ")} END`,
});

interface Reading {
  /** What an added column is declared as. */
  readonly type: string;
  /** SQL that gives the value back. @param of the column of the field that `of` names */
  readonly sql: (column: string, of: string) => string;
}

const term: Reading = {
  type: "INTEGER REFERENCES term (key)",
  // A subquery and no join: SQLite joins at most 64 tables.
  sql: (column) => `(SELECT text FROM term WHERE key = ${column})`,
};

/** How each way to store a field is read; `packed` writes it. */
export const ways: Readonly<Record<Way, Reading>> = {
  text: { type: "TEXT", sql: asItIs },
  integer: { type: "INTEGER", sql: asItIs },
  real: { type: "REAL", sql: asItIs },
  time: { type: "INTEGER", sql: asItIs },
  term,
  reason: term,
  hex: { type: "BLOB", sql: (column) => `iif(${column} IS NULL, NULL, lower(hex(${column})))` },
  "record-id": {
    type: "ANY",
    sql: (column) => `iif(typeof(${column}) = 'blob', '<urn:uuid:' || lower(substr(hex(${column}), 1, 8)
      || '-' || substr(hex(${column}), 9, 4) || '-' || substr(hex(${column}), 13, 4)
      || '-' || substr(hex(${column}), 17, 4) || '-' || substr(hex(${column}), 21)) || '>', ${column})`,
  },
  "stated-digest": {
    type: "ANY",
    sql: (column, sha256) => `iif(typeof(${column}) = 'blob', 'sha256:' || lower(hex(${sha256})), ${column})`,
  },
  "digest-state": codeOf(digestStates),
  outcome: codeOf(outcomes),
};

/** A field as the ledger stores and reads it; made once for the process. */
interface Column {
  readonly name: string;
  readonly as: Way;
  readonly of: string;
  /** Name of the value in what `select` gives. */
  readonly selected: string;
}

/** The described fields of a table, ready to be written and read. */
export interface Columns<All extends Fields> {
  readonly all: readonly Column[];
  /** Names of the columns, each with a comma before it. */
  readonly names: string;
  /** A question mark for each, likewise. */
  readonly marks: string;
  /** SQL that gives each field, for `unpack`, from the table under its alias. */
  readonly select: string;
  /** Only for the type: what a row of these fields looks like. */
  readonly row?: RowOf<All>;
}

export function columnsOf<All extends Fields>(fields: All, alias: string): Columns<All> {
  const entries: readonly (readonly [string, Field])[] = Object.entries(fields);
  return {
    all: entries.map(([name, { as, of = "" }]) => ({ name, as, of, selected: `${alias}.${name}` })),
    names: entries.map(([, { column }]) => `, ${column}`).join(""),
    marks: ", ?".repeat(entries.length),
    select: entries.map(([name, field]) => `${sqlOf(fields, field, alias)} AS "${alias}.${name}"`).join(",\n"),
  };
}

export function sqlOf(fields: Fields, { as, column, of = "" }: Field, alias: string): string {
  return ways[as].sql(`${alias}.${column}`, `${alias}.${fields[of]?.column ?? ""}`);
}

/** Makes `values` the stored form of each field of `row`, in the order of `names`. */
export function pack<All extends Fields>(
  ledger: Ledger,
  { all }: Columns<All>,
  row: RowOf<All>,
  values: Stored[],
): void {
  const held = row as Held;
  let at = 0;
  for (const column of all) values[at++] = packed(ledger, column, held);
}

type Held = Readonly<Record<string, Value | undefined>>;

function packed(ledger: Ledger, { name, as, of }: Column, held: Held): Stored {
  const value = held[name];
  // A segment from before the field was described does not have it.
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return value;
  switch (as) {
    case "term":
    case "reason":
      return termKey(ledger, value);
    case "hex":
      return blobOf(value);
    case "record-id":
      return packedRecordId(value);
    case "stated-digest":
      return packedDigest(value, String(held[of]));
    case "digest-state":
      return digestStates.indexOf(value as DigestState);
    case "outcome":
      return outcomes.indexOf(value as Outcome);
    case "text":
    case "integer":
    case "real":
    case "time":
      break;
  }
  return value;
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
