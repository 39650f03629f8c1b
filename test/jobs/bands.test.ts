import assert from "node:assert/strict";
import { join } from "node:path";
import { suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import type { BandRunner } from "../../src/jobs/bands/contract.ts";
import { edgesBytes, edgesOf } from "../../src/jobs/bands/edges-codec.ts";
import { bandsHandler } from "../../src/jobs/bands/handler.ts";
import { snapshotBytes, snapshotOf } from "../../src/jobs/bands/snapshot-codec.ts";
import { submitBands } from "../../src/jobs/bands/submit.ts";
import type { ClusterRow } from "../../src/ledger/clusters.ts";
import { clusterDocuments } from "../../src/pipeline/cluster.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import { segmentCache } from "../../src/segment/cache.ts";
import { sentences } from "../fixtures/archive-of-pages.ts";
import { bucketIn, corpusOfTexts, type CorpusOfTexts } from "../pipeline/corpus-of-texts.ts";

const software = "colophon test";
const { signal } = new AbortController();

/** Near-duplicates within and between segments, equal texts, loners, and texts without a word. */
const segments = [0, 1, 2, 3].map((segment) =>
  Array.from({ length: 42 }, (_, index) => {
    if (index === 40) return sentences(5000 + segment, 20);
    if (index === 41) return "?! ...";
    const own = index < 12 ? "" : ` ${sentences(segment * 1000 + index, 1)}`;
    return `${sentences(index % 12, 30)}${own}`;
  }),
);

function clustersIn({ ledger }: CorpusOfTexts): ClusterRow[] {
  return ledger.db.prepare("SELECT cluster, id, similarity FROM clusters ORDER BY cluster, id").all() as ClusterRow[];
}

async function clustersBy(
  parts: number,
  corpus: CorpusOfTexts,
  store: ReturnType<typeof bucketIn>,
): Promise<ClusterRow[]> {
  await using queue = localQueue();
  using cache = segmentCache(store, join(corpus.folder, "cache"));
  queue.consume("bands", bandsHandler({ store, segments: cache, software }), { concurrency: 2 });
  const runner = submitBands({ queue, store, segments: corpus.corpus.segments, software, parts, signal });
  await clusterDocuments({ corpus: corpus.corpus, ledgers: [corpus.ledger] }, runner);
  return clustersIn(corpus);
}

suite("bands as jobs", () => {
  test("give the clusters of a local run, in any number of parts and for segments that came in another order", async () => {
    using local = await corpusOfTexts(segments);
    const { clusters } = await clusterDocuments({ corpus: local.corpus, ledgers: [local.ledger] });
    const expected = clustersIn(local);
    assert.ok(clusters >= 12, `only ${clusters} clusters`);
    using other = await corpusOfTexts(segments, (all) => all.toReversed());
    const store = bucketIn(join(other.folder, "store"));
    for (const parts of [1, 2, 3, 16]) assert.deepEqual(await clustersBy(parts, other, store), expected);
  });

  test("put nothing into the store and find no pair again when they are repeated", async () => {
    using corpus = await corpusOfTexts(segments);
    const store = bucketIn(join(corpus.folder, "store"));
    const first = await clustersBy(3, corpus, store);
    const stored = store.stored.splice(0);
    assert.deepEqual(
      stored
        .filter((name) => name.includes("/edges-"))
        .map((name) => name.replace(/.*\//, ""))
        .toSorted(),
      ["edges-0-3", "edges-1-3", "edges-2-3"],
    );
    assert.deepEqual(await clustersBy(3, corpus, store), first);
    assert.deepEqual(store.stored, []);
  });

  test("find the pairs anew when they are gone from the store or are no pairs of these texts", async () => {
    using corpus = await corpusOfTexts(segments);
    const store = bucketIn(join(corpus.folder, "store"));
    const first = await clustersBy(2, corpus, store);
    const name = store.stored.find((one) => one.endsWith("/edges-0-2")) ?? "";
    await store.remove(name);
    assert.deepEqual(await clustersBy(2, corpus, store), first);
    await store.remove(name);
    const wrong = { lower: Uint32Array.of(1), higher: Uint32Array.of(4_000_000), similarity: Float64Array.of(1) };
    await store.put(name, edgesBytes(wrong));
    assert.deepEqual(await clustersBy(2, corpus, store), first);
  });

  test("are refused by a worker of another version, with both versions named", async () => {
    using corpus = await corpusOfTexts(segments.slice(0, 1));
    const store = bucketIn(join(corpus.folder, "store"));
    await using queue = localQueue({ retry: { tries: 1 } });
    using cache = segmentCache(store, join(corpus.folder, "cache"));
    queue.consume("bands", bandsHandler({ store, segments: cache, software: "colophon 9" }), { concurrency: 1 });
    const runner = submitBands({ queue, store, segments: corpus.corpus.segments, software, parts: 1, signal });
    await assert.rejects(
      clusterDocuments({ corpus: corpus.corpus, ledgers: [corpus.ledger] }, runner),
      (error: unknown) =>
        error instanceof PipelineError &&
        error.code === "version-differs" &&
        /colophon test.*colophon 9/.test(error.message),
    );
  });

  test("end with the segment named when the store has lost it", async () => {
    using corpus = await corpusOfTexts(segments);
    const store = bucketIn(join(corpus.folder, "store"));
    await using queue = localQueue({ retry: { tries: 1 } });
    using cache = segmentCache(store, join(corpus.folder, "cache"));
    const handler = bandsHandler({ store, segments: cache, software });
    const lost: string[] = [];
    queue.consume(
      "bands",
      async (job, context) => {
        for await (const { name } of store.list("segments/")) {
          lost.push(name);
          await store.remove(name);
        }
        return handler(job, context);
      },
      { concurrency: 1 },
    );
    const runner: BandRunner = submitBands({
      queue,
      store,
      segments: corpus.corpus.segments,
      software,
      parts: 1,
      signal,
    });
    await assert.rejects(clusterDocuments({ corpus: corpus.corpus, ledgers: [corpus.ledger] }, runner), {
      code: "segment-broken",
    });
    // It was put there again for each of three tries.
    assert.equal(lost.length, 3 * segments.length);
  });
});

suite("the objects of a clustering", () => {
  const texts = [
    { segmentSha256: "bb".repeat(32), position: 7 },
    { segmentSha256: "0a".repeat(32), position: 4_000_000_000 },
    { segmentSha256: "bb".repeat(32), position: 0 },
  ];

  test("give back the snapshot and the pairs that they were made from", () => {
    assert.deepEqual(snapshotOf(snapshotBytes({ software, texts })), { software, texts });
    assert.deepEqual(snapshotOf(snapshotBytes({ software, texts: [] })), { software, texts: [] });
    const edges = {
      lower: Uint32Array.of(0, 1),
      higher: Uint32Array.of(2, 2),
      similarity: Float64Array.of(0.8, 8 / 9),
    };
    assert.deepEqual(edgesOf(edgesBytes(edges), 3), edges);
  });

  test("are known for broken when bytes are missing or are of something else", () => {
    const bytes = snapshotBytes({ software, texts });
    for (const broken of [
      bytes.subarray(1),
      bytes.subarray(0, -1),
      Buffer.alloc(0),
      Buffer.from("{}\n"),
      Buffer.from("null\n"),
      Buffer.from(bytes.with(bytes.length - 8, 9)),
    ]) {
      assert.equal(snapshotOf(broken), null);
    }
    assert.equal(edgesOf(Buffer.alloc(17), 3), null);
    assert.equal(
      edgesOf(edgesBytes({ lower: Uint32Array.of(2), higher: Uint32Array.of(1), similarity: Float64Array.of(1) }), 3),
      null,
    );
  });
});
