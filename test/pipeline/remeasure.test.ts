import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

import { ownBuild } from "../../src/core/build/build.ts";
import { archiveTotals } from "../../src/ledger/archives.ts";
import { verifyCorpusManifest } from "../../src/manifest/verify/corpus.ts";
import { segmentPath } from "../../src/segment/format.ts";
import {
  collect,
  corpusIn,
  published,
  publishedRows,
  temporaryPlace,
  type PartitionedCorpus,
} from "./corpus-in-partitions.ts";
import { remeasure, twiceMeasured } from "./remeasured-corpus.ts";

const script = fileURLToPath(new URL("replace-until-killed.ts", import.meta.url));

/** All that a corpus holds and publishes, whichever partition has it. */
async function contentOf(one: PartitionedCorpus): Promise<unknown> {
  const { corpus, ledgers } = one;
  const { funnel, clusters, documents } = await published(one);
  const rows = (sql: string): string[] =>
    ledgers
      .flatMap((ledger) =>
        ledger
          .statement(sql)
          .all()
          .map((row) => JSON.stringify(row)),
      )
      .sort();
  return {
    funnel,
    clusters,
    documents,
    rows: publishedRows(corpus),
    captures: rows("SELECT id, url, position, archive_sha256, slice, outcome, segment_sha256 FROM captures"),
    decisions: rows("SELECT id, kept, reasons FROM decisions"),
    members: rows("SELECT cluster, id, similarity FROM clusters"),
    copies: rows("SELECT id, crawl, file, offset FROM copies"),
    losses: rows("SELECT * FROM losses"),
    problems: rows("SELECT * FROM problems"),
    builds: rows("SELECT DISTINCT build FROM slices"),
    totals: archiveTotals(ledgers),
  };
}

suite("slices that another build measured", () => {
  for (const partitions of [1, 3]) {
    test(`come out as if they had been measured by this one alone, with ${partitions} partitions`, async () => {
      using place = temporaryPlace();
      const segments = join(place.path, "segments");
      const { older, own } = twiceMeasured(segments);
      using fresh = await corpusIn(join(place.path, "fresh"), segments, partitions);
      collect(fresh, own);
      using corpus = await corpusIn(join(place.path, "corpus"), segments, partitions);
      collect(corpus, older);
      await published(corpus);
      remeasure(corpus, own);
      for (const ledger of corpus.ledgers) assert.deepEqual(ledger.db.pragma("foreign_key_check"), []);
      assert.deepEqual(await contentOf(corpus), await contentOf(fresh));
      for (const digest of older.flatMap((archive) => archive.segments)) {
        assert.ok(!existsSync(segmentPath(corpus.corpus.segments, digest)), "a segment that no slice names is left");
      }
      assert.equal(globSync("*/*.segment", { cwd: corpus.corpus.segments }).length, 4);
      if (partitions > 1) assert.deepEqual((await verifyCorpusManifest(corpus.corpus.manifest)).disagreements, []);
    });
  }

  test("are all measured again after kill -9 between any two parts of any slice, to the same manifest", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const { older, own } = twiceMeasured(segments);
    const partitions = 3;
    const parts = 4 * partitions;
    const runs = Array.from({ length: parts + 1 }, (_, index) => index + 1);
    const ends = await Promise.all(
      runs.map(async (nth) => {
        const folder = join(place.path, String(nth));
        {
          using corpus = await corpusIn(folder, segments, partitions);
          collect(corpus, older);
          if (nth % 2 === 0) await published(corpus);
        }
        const argv = [script, folder, segments, String(partitions), String(nth), JSON.stringify(own)];
        return once(spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] }), "exit");
      }),
    );
    assert.deepEqual(
      ends.slice(0, -1),
      runs.slice(0, -1).map(() => [null, "SIGKILL"]),
    );
    assert.deepEqual(ends.at(-1), [0, null], "there are more parts than this test kills");
    const manifests = new Set<string>();
    for (const nth of runs) {
      using again = await corpusIn(join(place.path, String(nth)), segments, partitions);
      remeasure(again, own);
      const slices = again.ledgers.flatMap((ledger) =>
        ledger.statement<{ build: string }>("SELECT build FROM slices").all(),
      );
      assert.deepEqual(new Set(slices.map(({ build }) => build)), new Set([ownBuild.id]));
      const ids = again.ledgers.flatMap((ledger) => ledger.statement<{ id: string }>("SELECT id FROM captures").all());
      assert.equal(ids.length, 80);
      assert.equal(new Set(ids.map(({ id }) => id)).size, 80);
      manifests.add((await published(again)).manifestSha256);
    }
    assert.equal(manifests.size, 1);
  });

  test("are finished by the next run of any kind where a killed one had replaced a part, from the segment that it names", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const { older, own } = twiceMeasured(segments);
    const folder = join(place.path, "corpus");
    {
      using corpus = await corpusIn(folder, segments, 3);
      collect(corpus, older);
    }
    // The third part of the first slice is the one with the bytes: two have the new segment, it has the old one.
    const argv = [script, folder, segments, "3", "3", JSON.stringify(own)];
    await once(spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] }), "exit");
    using corpus = await corpusIn(folder, segments, 3);
    const first = (): readonly string[] =>
      corpus.ledgers.flatMap((ledger) =>
        ledger
          .statement<{ segment: string }>(
            "SELECT segment_sha256 AS segment FROM slices WHERE slice = 0 AND archive_sha256 = ?",
          )
          .all(own[0]?.row.sha256)
          .map(({ segment }) => segment),
      );
    const [was, is] = [older[0]?.segments[0], own[0]?.segments[0]];
    assert.deepEqual(first().toSorted(), [was, is, is].map(String).toSorted());
    collect(corpus, older);
    assert.deepEqual(first(), [is, is, is]);
    const ids = corpus.ledgers.flatMap((ledger) => ledger.statement("SELECT id FROM captures").all());
    assert.equal(ids.length, 80);
  });

  test("are named by the manifest and by what publishing reports, while others stand beside them", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const { older, own } = twiceMeasured(segments);
    using corpus = await corpusIn(join(place.path, "corpus"), segments, 1);
    collect(corpus, [...older.slice(0, 1), ...own.slice(1)]);
    const { builds } = await published(corpus);
    assert.deepEqual(
      builds.map(({ build, archives, slices }) => [build, archives, slices]),
      [
        [null, 1, 2],
        [ownBuild.id, 1, 2],
      ],
    );
  });
});
