import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import Database from "better-sqlite3";

import { captureFields, documentFields, type Fields } from "../../src/core/document-fields.ts";
import { columnsOf } from "../../src/ledger/columns.ts";
import { replaceDecisions } from "../../src/ledger/decisions.ts";
import { keptDocuments } from "../../src/ledger/kept-documents.ts";
import { describedTables, type DescribedTable, latestVersion, migrate } from "../../src/ledger/migrate.ts";
import { byId, policy, withDocuments } from "./sample-ledger.ts";
import { idOf } from "./sample-rows.ts";

test("each described field has the value in its view that its row has", () => {
  withDocuments((ledger) => {
    const ids = [1, 3, 4];
    replaceDecisions(
      [ledger],
      policy,
      ids.map((number) => ({ document: idOf(number), reasons: [] })),
    );
    const kept = [...keptDocuments(ledger, policy.sha256)].map(({ capture }) => capture);
    for (const number of ids) {
      const capture = byId(kept, number);
      for (const { view, fields } of describedTables) {
        const shown = ledger.statement<Record<string, unknown>>(`SELECT * FROM ${view} WHERE id = ?`).get(idOf(number));
        const row = new Map<string, unknown>(Object.entries(view === "captures" ? capture : capture.document));
        for (const [name, { as, column }] of Object.entries(fields)) {
          const value = row.get(name);
          const expected = as === "time" && typeof value === "number" ? new Date(value).toISOString() : value;
          assert.deepEqual(shown?.[column], expected, `${view}.${column} of document ${number}`);
        }
      }
    }
  });
});

test("a field described with the next version of the schema comes to ledgers of before, and shows in their view", () => {
  const madeUp: Fields = {
    ...documentFields,
    madeUp: { as: "term", column: "made_up", orNull: true, since: latestVersion() + 1, says: "of a test" },
    seenAt: { as: "time", column: "seen_at", orNull: true, since: latestVersion() + 1, says: "of a test" },
  };
  const tables: DescribedTable[] = [{ table: "document", alias: "d", view: "documents", fields: madeUp }];
  withDocuments(({ db }) => {
    const before = db.prepare("SELECT * FROM documents ORDER BY key").all() as object[];
    migrate(db, tables);
    migrate(db, tables);
    assert.equal(db.pragma("user_version", { simple: true }), latestVersion() + 1);
    assert.deepEqual(
      db.prepare("SELECT * FROM documents ORDER BY key").all(),
      before.map((row) => Object.assign(row, { made_up: null, seen_at: null })),
    );
    db.exec("UPDATE document SET made_up = (SELECT key FROM term WHERE text = 'utf-8'), seen_at = 1000");
    assert.deepEqual(db.prepare("SELECT DISTINCT made_up, seen_at FROM documents").all(), [
      { made_up: "utf-8", seen_at: "1970-01-01T00:00:01.000Z" },
    ]);
    const { select } = columnsOf(madeUp, "d");
    assert.equal(
      (db.prepare(`SELECT ${select} FROM document d LIMIT 1`).get() as Record<string, unknown>)["d.madeUp"],
      "utf-8",
    );
  });
});

test("a version of the schema that nothing leads to is refused before anything is changed", () => {
  const db = new Database(":memory:");
  const far: Fields = {
    far: { as: "text", column: "far", orNull: true, since: latestVersion() + 2, says: "of a test" },
  };
  const tables = [{ table: "document", alias: "d", view: "documents", fields: far }];
  assert.throws(() => migrate(db, tables), { code: "ledger-version" });
  assert.equal(db.pragma("user_version", { simple: true }), 0);
  db.close();
});

test("a field that came later may be unknown, because rows from before it have no value", () => {
  for (const { since, orNull, column } of Object.values<Fields[string]>({ ...captureFields, ...documentFields }))
    assert.ok(since === undefined || orNull === true, column);
});

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly $ref?: string;
}

test("the schema of a manifest's row has every described field at the path where it is published", () => {
  const schema = JSON.parse(readFileSync("schemas/document-row.schema.json", "utf8")) as SchemaNode & {
    readonly $defs: Readonly<Record<string, SchemaNode>>;
  };
  for (const { published } of Object.values<Fields[string]>({ ...captureFields, ...documentFields })) {
    let node: SchemaNode | undefined = schema;
    for (const name of published?.split(".") ?? []) {
      const next: SchemaNode | undefined = node?.properties?.[name];
      node = next?.$ref === undefined ? next : schema.$defs[next.$ref.replace("#/$defs/", "")];
    }
    assert.ok(node !== undefined, published);
  }
});
