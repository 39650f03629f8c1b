import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { loadPolicy } from "../../src/corpus/policy-file.ts";
import { bandsHandler } from "../../src/jobs/bands/handler.ts";
import { submitBands } from "../../src/jobs/bands/submit.ts";
import { exportHandler } from "../../src/jobs/export/handler.ts";
import { localShards } from "../../src/jobs/export/local.ts";
import { partBytes, partOf } from "../../src/jobs/export/part-codec.ts";
import { submitShards } from "../../src/jobs/export/submit.ts";
import type { PublishRunners } from "../../src/jobs/runners.ts";
import { buildManifest } from "../../src/manifest/build.ts";
import { verifyManifest } from "../../src/manifest/verify/verify.ts";
import type { PublishReport } from "../../src/pipeline/publish.ts";
import { publishCorpus } from "../../src/pipeline/recipe.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import { segmentCache } from "../../src/segment/cache.ts";
import { textStore } from "../../src/segment/read.ts";
import { sentences } from "../fixtures/archive-of-pages.ts";
import { sampleHead, sampleRows } from "../manifest/sample-manifest.ts";
import { bucketIn, corpusOfTexts, type CorpusOfTexts } from "../pipeline/corpus-of-texts.ts";

const software = "colophon test";
const { signal } = new AbortController();
const segments = [0, 1, 2].map((segment) =>
  Array.from({ length: 30 }, (_, index) => `${sentences(segment * 100 + (index % 25), 12)} Ü 海`),
);

async function published(corpus: CorpusOfTexts, runners?: PublishRunners): Promise<PublishReport> {
  const policy = await loadPolicy(corpus.corpus.policyPath);
  const run = { corpus: corpus.corpus, ledgers: [corpus.ledger], software, signal };
  return publishCorpus(run, policy, () => undefined, runners);
}

function sumsOf({ corpus }: CorpusOfTexts): string {
  return readFileSync(join(corpus.manifest, "SHA256SUMS"), "utf8");
}

/** Publishes through workers of a queue of this process. */
async function publishedByJobs(corpus: CorpusOfTexts, store: ReturnType<typeof bucketIn>): Promise<string> {
  await using queue = localQueue({ retry: { tries: 1 } });
  const folder = join(corpus.folder, "work");
  mkdirSync(folder, { recursive: true });
  using cache = segmentCache(store, join(corpus.folder, "cache"));
  queue.consume("bands", bandsHandler({ store, segments: cache, software }), { concurrency: 1 });
  queue.consume("export", exportHandler({ store, segments: cache, folder, software }), { concurrency: 2 });
  const common = { queue, store, segments: corpus.corpus.segments, software, signal };
  await published(corpus, {
    bands: submitBands({ ...common, parts: 3 }),
    shards: submitShards({ ...common, window: 2 }),
  });
  assert.deepEqual(readdirSync(folder), [], "a worker leaves nothing behind");
  return sumsOf(corpus);
}

suite("shards as jobs", () => {
  test("give every byte of the manifest that a local run gives", async () => {
    using local = await corpusOfTexts(segments);
    const report = await published(local);
    assert.ok(report.documents > 60 && report.clusters > 10, `${report.documents}, ${report.clusters}`);
    using other = await corpusOfTexts(segments, (all) => all.toReversed());
    const store = bucketIn(join(other.folder, "store"));
    assert.equal(await publishedByJobs(other, store), sumsOf(local));
    assert.equal((await verifyManifest(other.corpus.manifest)).disagreementCount, 0);
  });

  test("put nothing into the store when they are repeated, and are made anew when a shard is gone or another", async () => {
    using corpus = await corpusOfTexts(segments);
    const store = bucketIn(join(corpus.folder, "store"));
    const first = await publishedByJobs(corpus, store);
    const shard = store.stored.splice(0).find((name) => name.endsWith("/shard")) ?? "";
    assert.equal(await publishedByJobs(corpus, store), first);
    assert.deepEqual(store.stored, []);
    await store.remove(shard);
    assert.equal(await publishedByJobs(corpus, store), first);
    await store.remove(shard);
    await store.put(shard, Buffer.from("another"));
    assert.equal(await publishedByJobs(corpus, store), first);
  });

  test("are the same files however many are made at once, and each as small as asked for", async () => {
    using corpus = await corpusOfTexts(segments);
    using texts = textStore(corpus.corpus.segments);
    const places = corpus.ledger.db
      .prepare(`SELECT c.segment_sha256 AS segmentSha256, c.position, d.text_bytes AS bytes, d.text_sha256 AS textSha256
        FROM captures c JOIN documents d USING (key) ORDER BY c.id`)
      .all() as { segmentSha256: string; position: number; bytes: number; textSha256: string }[];
    const rows = sampleRows(places.length);
    for (const [index, { digests, source }] of rows.entries()) {
      const { textSha256, ...place } = places[index] ?? {};
      Object.assign(digests, { textSha256 });
      Object.assign(source, place);
    }
    const store = bucketIn(join(corpus.folder, "store"));
    await using queue = localQueue();
    using cache = segmentCache(store, join(corpus.folder, "cache"));
    const handler = exportHandler({ store, segments: cache, folder: corpus.folder, software });
    queue.consume("export", handler, { concurrency: 3 });
    const byJobs = { queue, store, segments: corpus.corpus.segments, software, signal };
    const runners = [localShards(texts, signal), ...[1, 4].map((window) => submitShards({ ...byJobs, window }))];
    const sums = [];
    for (const [index, { makeShard, atOnce }] of runners.entries()) {
      const directory = join(corpus.folder, `manifest-${index}`);
      let told = 0;
      await buildManifest({
        directory,
        head: sampleHead(rows.length),
        rows,
        makeShard: async (path, wanted) => makeShard(path, wanted, (count) => (told += count)),
        shardsAtOnce: atOnce,
        shardBytes: 5000,
      });
      assert.equal(told, rows.length);
      sums.push(readFileSync(join(directory, "SHA256SUMS"), "utf8"));
    }
    assert.equal(new Set(sums).size, 1);
    assert.ok(readdirSync(join(corpus.folder, "manifest-0", "text")).length > 10);
  });

  test("leave the old manifest in place when a worker is of another version", async () => {
    using corpus = await corpusOfTexts(segments);
    await published(corpus);
    const before = sumsOf(corpus);
    const store = bucketIn(join(corpus.folder, "store"));
    await using queue = localQueue({ retry: { tries: 1 } });
    using cache = segmentCache(store, join(corpus.folder, "cache"));
    const handler = exportHandler({ store, segments: cache, folder: corpus.folder, software: "colophon 9" });
    queue.consume("export", handler, { concurrency: 1 });
    const shards = submitShards({ queue, store, segments: corpus.corpus.segments, software, window: 2, signal });
    await assert.rejects(
      published(corpus, { shards }),
      (error: unknown) =>
        error instanceof PipelineError &&
        error.code === "version-differs" &&
        /colophon test.*colophon 9/.test(error.message),
    );
    assert.equal(sumsOf(corpus), before);
    assert.ok(!readdirSync(corpus.folder).some((name) => name.includes("building")));
  });
});

suite("the object of a part", () => {
  const texts = [
    {
      id: "0a".repeat(16),
      textSha256: "1b".repeat(32),
      bytes: 4_000_000_000,
      segmentSha256: "ff".repeat(32),
      position: 7,
    },
    { id: "0b".repeat(16), textSha256: "2b".repeat(32), bytes: 0, segmentSha256: "00".repeat(32), position: 0 },
  ];

  test("gives back the part that it was made from", () => {
    assert.deepEqual(partOf(partBytes({ software, texts })), { software, texts });
  });

  test("is known for broken when bytes are missing or are of something else", () => {
    const bytes = partBytes({ software, texts });
    for (const broken of [bytes.subarray(1), bytes.subarray(0, -1), Buffer.alloc(0), Buffer.from("null\n")]) {
      assert.equal(partOf(broken), null);
    }
  });
});
