import assert from "node:assert/strict";
import { test } from "node:test";

import { eachLedger } from "./ledger-to-read.ts";

/** Functions that SQLite 3.37 has, as far as the schema calls them. A new one: look when it came, then name it here. */
const functions: ReadonlySet<string> = new Set(
  "abs avg char coalesce count group_concat hex ifnull iif instr json json_array json_array_length json_each json_extract json_group_array json_group_object json_object json_type json_valid length lower ltrim max min nullif printf quote replace round rtrim strftime substr sum total trim typeof upper zeroblob".split(
    " ",
  ),
);
/** What is followed by a parenthesis and is no function. */
const words: ReadonlySet<string> = new Set(
  "and as by check exists from in is join key not on or over primary references select then unique using values when where".split(
    " ",
  ),
);

/** What in a piece of a schema SQLite 3.37 does not know. */
export function laterThan337(sql: string): string[] {
  const code = sql
    .replaceAll(/--.*$/gm, "")
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .toLowerCase();
  const named = /^\s*create\s+(?:temp\s+)?(?:table|view|(?:unique\s+)?index)\s+"?\w+"?(?:\s+on\s+"?\w+"?)?/;
  const body = code.replace(named, "").replaceAll(/\breferences\s+\w+/g, "references");
  const called = [...body.matchAll(/\b([a-z_]\w*)\s*\(/g)].map(([, name = ""]) => name);
  const unknown = called.filter((name) => !functions.has(name) && !words.has(name));
  const syntax = [...body.matchAll(/->>?|\b(?:right|full)\s+(?:outer\s+)?join\b|\bdistinct\s+from\b|\d_\d/g)].map(
    ([text]) => text,
  );
  return [...unknown, ...syntax, ...orderedAggregates(body)];
}

/** ORDER BY among the arguments of a function, which came with 3.44. */
function orderedAggregates(code: string): string[] {
  const found: string[] = [];
  const open: { readonly call: string; readonly from: number }[] = [];
  for (const { index, 0: text } of code.matchAll(/\w*\s*\(|\)|\border\s+by\b/g)) {
    if (text.endsWith("(")) open.push({ call: text.slice(0, -1).trim(), from: index + text.length });
    else if (text === ")") open.pop();
    else {
      const inside = open.at(-1);
      if (inside === undefined || !functions.has(inside.call)) continue;
      if (!/^\s*select\b/.test(code.slice(inside.from))) found.push(`${inside.call}(... order by ...)`);
    }
  }
  return found;
}

test("no table, index or view uses what came after SQLite 3.37", () => {
  eachLedger(({ db }) => {
    const pieces = db.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").all() as {
      readonly name: string;
      readonly sql: string;
    }[];
    assert.ok(pieces.length > 30);
    for (const { name, sql } of pieces) assert.deepEqual(laterThan337(sql), [], name);
  });
});

test("what came after SQLite 3.37 is seen, and what is older is not taken for it", () => {
  for (const [sql, seen] of [
    ["SELECT json_group_array(t.text ORDER BY j.key) FROM json_each(x) j", "json_group_array(... order by ...)"],
    ["SELECT sum(coalesce(a, b) ORDER BY c) FROM t", "sum(... order by ...)"],
    ["SELECT j ->> '$.a' FROM t", "->>"],
    ["SELECT unixepoch(a) FROM t", "unixepoch"],
    ["SELECT 1 FROM a FULL OUTER JOIN b", "full outer join"],
    ["SELECT 1 WHERE a IS NOT DISTINCT FROM b", "distinct from"],
  ] as const)
    assert.deepEqual(laterThan337(`CREATE VIEW v AS ${sql}`), [seen], sql);
  for (const sql of [
    "SELECT (SELECT json_group_array(x) FROM (SELECT x FROM t ORDER BY y)) FROM t ORDER BY z",
    "SELECT sum(x) OVER (PARTITION BY a ORDER BY b), 'a -> b unixepoch(' FROM t -- concat(",
    "SELECT max((SELECT a FROM t ORDER BY b LIMIT 1)) FROM t",
  ])
    assert.deepEqual(laterThan337(`CREATE VIEW v AS ${sql}`), [], sql);
});
