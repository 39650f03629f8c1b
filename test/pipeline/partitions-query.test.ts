import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";

import { runQuery } from "../../src/ledger/query.ts";
import { collect, corpusIn, fixedCaptures, published, statedArchives, temporaryPlace } from "./corpus-in-partitions.ts";

suite("a query over partitions", () => {
  const bounds = { timeoutMs: 20_000, maxRows: 10_000, signal: new AbortController().signal };
  const questions = [
    "SELECT count(*) AS all_of_them, count(DISTINCT key) AS keys FROM captures",
    "SELECT * FROM archives ORDER BY 1",
    "SELECT * FROM slices ORDER BY 1, 3",
    "SELECT * FROM losses ORDER BY 1, 3",
    "SELECT host, count(*) AS documents, sum(words) AS words FROM documents GROUP BY host ORDER BY host",
    "SELECT d.id, x.kept, x.reasons, cl.cluster FROM documents d JOIN decisions x USING (key) LEFT JOIN clusters cl USING (key) ORDER BY d.id",
    "SELECT cl.id, r.id AS representative, r.url FROM clusters cl JOIN documents r ON r.key = cl.cluster_key ORDER BY cl.id",
    "SELECT id, rule, value FROM measurements ORDER BY id, rule",
    "SELECT id, url FROM captures WHERE url = 'https://www.example.org/page/0'",
  ];

  test("answers as one over a whole ledger does, counts and joins among them", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const made = statedArchives(segments, fixedCaptures);
    const answers: unknown[][] = [];
    for (const partitions of [1, 3, 11]) {
      using one = await corpusIn(join(place.path, String(partitions)), segments, partitions);
      collect(one, made);
      await published(one);
      answers.push(await Promise.all(questions.map(async (sql) => runQuery(one.corpus.ledgerPaths, sql, bounds))));
    }
    for (const [number, question] of questions.entries()) {
      for (const answer of answers.slice(1)) assert.deepEqual(answer[number], answers[0]?.[number], question);
    }
  });

  test("names --partition where there are more than SQLite takes together, and writes into none", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    statedArchives(segments, [[[]]]);
    using many = await corpusIn(join(place.path, "many"), segments, 12);
    const paths = many.corpus.ledgerPaths;
    await assert.rejects(runQuery(paths, "SELECT 1", bounds), { code: "query-refused", message: /--partition/ });
    assert.deepEqual((await runQuery(paths.slice(11), "SELECT count(*) AS n FROM captures", bounds)).rows, [[0]]);
    using two = await corpusIn(join(place.path, "two"), segments, 2);
    for (const sql of ["DELETE FROM p1.capture", "ATTACH 'x' AS y", "CREATE TEMP TABLE x (y)", "DROP VIEW captures"]) {
      await assert.rejects(runQuery(two.corpus.ledgerPaths, sql, bounds), { code: "query-refused" }, sql);
    }
  });
});
