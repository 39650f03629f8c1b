import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

import * as fc from "fast-check";

import { loadPolicy } from "../../src/corpus/policy-file.ts";
import { appendSegment } from "../../src/ledger/append-segment.ts";
import { archiveTotals, registerArchive } from "../../src/ledger/archives.ts";
import { storyOf } from "../../src/ledger/capture-history.ts";
import { funnel, sumOfFunnels } from "../../src/ledger/funnel.ts";
import type { Ledger } from "../../src/ledger/open.ts";
import { statsBy, statsKeys } from "../../src/ledger/stats.ts";
import { verifyCorpusManifest } from "../../src/manifest/verify/corpus.ts";
import { verifyManifest } from "../../src/manifest/verify/verify.ts";
import { partitionOfArchive, partitionOfUrl } from "../../src/pipeline/collect.ts";
import { openSegment } from "../../src/segment/read.ts";
import { sentences } from "../fixtures/archive-of-pages.ts";
import {
  collect,
  corpusIn,
  fixedCaptures,
  hosts,
  published,
  publishedRows,
  statedArchives,
  temporaryPlace,
  type PartitionedCorpus,
  type StatedCapture,
} from "./corpus-in-partitions.ts";

const capture: fc.Arbitrary<StatedCapture> = fc.record({
  host: fc.constantFrom(...hosts),
  // Few texts over many hosts: most are in a cluster, and most clusters span partitions.
  text: fc.option(
    fc.nat(8).map((seed) => sentences(seed, 6)),
    { freq: 8 },
  ),
  licence: fc.constantFrom("CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0", "NOASSERTION"),
  capturedAt: fc.option(fc.nat(5).map((day) => Date.UTC(2025, 0, 1 + day))),
});
const archives = fc.array(fc.array(fc.array(capture, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 3,
});

/** What has to be the same for any number of partitions. */
async function contentOf(one: PartitionedCorpus): Promise<unknown> {
  const { corpus, ledgers } = one;
  const { funnel: counted, clusters, documents } = await published(one);
  const { sha256 } = await loadPolicy(corpus.policyPath);
  const all = (sql: string): unknown[] => ledgers.flatMap((ledger) => ledger.statement(sql).all());
  const ordered = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  return {
    counted,
    clusters,
    documents,
    rows: publishedRows(corpus),
    captures: ordered(all("SELECT id, url, captured_at, position, archive_sha256, slice, outcome FROM captures")),
    decisions: ordered(all("SELECT id, kept, reasons FROM decisions")),
    members: ordered(all("SELECT cluster, id, similarity, url, licence FROM clusters")),
    copies: ordered(all("SELECT id, crawl, subset, file, offset, length, digest, fields FROM copies")),
    losses: ordered(all("SELECT * FROM losses")),
    problems: ordered(all("SELECT * FROM problems")),
    totals: archiveTotals(ledgers),
    funnel: sumOfFunnels(ledgers.map((ledger) => funnel(ledger, sha256))),
    stats: statsKeys.map((by) => ordered(statsBy(ledgers, by, sha256, 1000))),
  };
}

const script = fileURLToPath(new URL("append-until-killed.ts", import.meta.url));

suite("a ledger in partitions", () => {
  test("says and publishes of any captures what a whole ledger does, for 2, 3 and 8 partitions", async () => {
    await fc.assert(
      fc.asyncProperty(archives, async (stated) => {
        using place = temporaryPlace();
        const segments = join(place.path, "segments");
        const made = statedArchives(segments, stated);
        using whole = await corpusIn(join(place.path, "whole"), segments, 1);
        collect(whole, made);
        const expected = await contentOf(whole);
        for (const partitions of [2, 3, 8]) {
          using parted = await corpusIn(join(place.path, String(partitions)), segments, partitions);
          collect(parted, made.toReversed());
          assert.deepEqual(await contentOf(parted), expected, `${partitions} partitions`);
          for (const [number, ledger] of parted.ledgers.entries()) {
            const urls = ledger.statement<{ url: string }>("SELECT url FROM captures").all();
            assert.deepEqual(
              new Set(urls.map(({ url }) => partitionOfUrl(url, partitions))).difference(new Set([number])),
              new Set(),
            );
          }
          const report = await verifyCorpusManifest(parted.corpus.manifest);
          assert.deepEqual(report.disagreements, []);
        }
        assert.ok((await verifyManifest(whole.corpus.manifest)).ok);
      }),
      { numRuns: 4 },
    );
  });

  test("keeps the bytes of an archive in one partition, and gives keys that no other partition gives", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const made = statedArchives(segments, fixedCaptures);
    using parted = await corpusIn(join(place.path, "corpus"), segments, 3);
    collect(parted, made);
    for (const { row } of made) {
      const home = partitionOfArchive(row.sha256, 3);
      const bytes = parted.ledgers.map(
        (ledger) => archiveTotals([ledger]).find(({ sha256 }) => sha256 === row.sha256)?.recordBytes,
      );
      assert.deepEqual(
        bytes,
        [0, 1, 2].map((number) => (number === home ? 1980 : 0)),
      );
    }
    const keys = parted.ledgers.map((ledger) =>
      ledger.statement<{ key: number }>("SELECT key FROM capture ORDER BY key").all(),
    );
    for (const [number, rows] of keys.entries()) {
      assert.ok(rows.length > 0);
      assert.deepEqual(
        rows.map(({ key }) => key),
        rows.map((_, index) => number * 2 ** 40 + index + 1),
      );
    }
  });

  test("tells the story of a page with the members of its cluster wherever they lie", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const made = statedArchives(segments, fixedCaptures);
    using whole = await corpusIn(join(place.path, "whole"), segments, 1);
    using parted = await corpusIn(join(place.path, "parted"), segments, 3);
    const stories: unknown[] = [];
    for (const one of [whole, parted]) {
      collect(one, made);
      await published(one);
      stories.push(
        one.ledgers
          .flatMap((ledger) => ledger.statement<{ id: string }>("SELECT id FROM captures").all())
          .map(({ id }) => id)
          .sort()
          .flatMap((id) => storyOf(one.ledgers, id))
          .map(withoutKeys),
      );
    }
    assert.deepEqual(stories[1], stories[0]);
    const spread = parted.ledgers.map(
      (ledger) =>
        new Set(
          ledger
            .statement<{ cluster: string }>("SELECT cluster FROM clusters")
            .all()
            .map(({ cluster }) => cluster),
        ),
    );
    assert.ok(
      (spread[0]?.intersection(spread[1] ?? new Set()).size ?? 0) > 0,
      "no cluster spans partitions: the test is idle",
    );
    const url = "https://www.example.org/page/0";
    assert.deepEqual(storyOf(parted.ledgers, url).map(withoutKeys), storyOf(whole.ledgers, url).map(withoutKeys));
    assert.equal(storyOf(parted.ledgers, url).length, 1);
  });

  test("gives the same root in whatever order archives come", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const made = statedArchives(segments, fixedCaptures);
    const roots: string[] = [];
    for (const [number, order] of [made, made.toReversed()].entries()) {
      using parted = await corpusIn(join(place.path, String(number)), segments, 3);
      collect(parted, order);
      roots.push((await published(parted)).manifestSha256);
    }
    assert.equal(roots[0], roots[1]);
  });

  test("is whole again after kill -9 between any two of its appends, with the same root", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const made = statedArchives(segments, fixedCaptures);
    const partitions = 3;
    const parts = 4 * partitions;
    const runs = Array.from({ length: parts + 1 }, (_, index) => index + 1);
    const ends = await Promise.all(
      runs.map(async (nth) => {
        const argv = [
          script,
          join(place.path, String(nth)),
          segments,
          String(partitions),
          String(nth),
          JSON.stringify(made),
        ];
        return once(spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] }), "exit");
      }),
    );
    assert.deepEqual(
      ends.slice(0, -1),
      runs.slice(0, -1).map(() => [null, "SIGKILL"]),
    );
    assert.deepEqual(ends.at(-1), [0, null], "there are more appends than this test kills");
    const roots = new Set<string>();
    for (const nth of runs) {
      using again = await corpusIn(join(place.path, String(nth)), segments, partitions);
      collect(again, made);
      const ids = again.ledgers.flatMap((ledger) => ledger.statement<{ id: string }>("SELECT id FROM captures").all());
      assert.equal(ids.length, 80);
      assert.equal(new Set(ids.map(({ id }) => id)).size, 80);
      roots.add((await published(again)).manifestSha256);
    }
    assert.equal(roots.size, 1);
  });

  test("leaves captures where a killed run of another suffix list had put them, and takes each once", async () => {
    using place = temporaryPlace();
    const segments = join(place.path, "segments");
    const [made] = statedArchives(segments, fixedCaptures);
    assert.ok(made !== undefined);
    using parted = await corpusIn(join(place.path, "corpus"), segments, 3);
    const { corpus, ledgers } = parted;
    for (const ledger of ledgers) registerArchive(ledger, made.row, 1n);
    const home = partitionOfArchive(made.row.sha256, 3);
    const early = (home + 1) % 3;
    const digest = made.segments[0] ?? "";
    {
      using segment = openSegment(corpus.segments, digest);
      const rows = [...segment.captures()];
      const wrong = rows.findIndex(({ url }) => partitionOfUrl(url, 3) !== early);
      const share = { positions: [wrong], account: false };
      const captures = rows.slice(wrong, wrong + 1);
      const input = { archive: made.row.sha256, index: 0, head: segment.head, segmentSha256: digest, captures, share };
      assert.equal(appendSegment(ledgers[early] as Ledger, input), "appended");
    }
    // This program measures another segment of the slice; the one that a partition names is what all of them get.
    collect(parted, [{ row: made.row, segments: ["0".repeat(64), made.segments[1] ?? ""] }]);
    const held = ledgers.map((ledger) =>
      ledger
        .statement<{ position: number }>("SELECT position FROM capture")
        .all()
        .map(({ position }) => position),
    );
    const first = ledgers[early]?.statement<{ captures: number }>("SELECT captures FROM slices WHERE slice = 0").get();
    assert.equal(first?.captures, 1);
    assert.equal(archiveTotals(ledgers)[0]?.recordBytes, 1980);
    assert.deepEqual(
      held.flat().sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, index) => index >> 1),
    );
  });
});

function withoutKeys(story: object): unknown {
  return JSON.parse(JSON.stringify(story), (name, value: unknown) => (name === "key" ? undefined : value));
}
