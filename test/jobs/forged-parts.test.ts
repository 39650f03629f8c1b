import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

import { loadPolicy } from "../../src/corpus/policy-file.ts";
import { edgesBytes } from "../../src/jobs/bands/edges-codec.ts";
import { bandsHandler } from "../../src/jobs/bands/handler.ts";
import { submitBands } from "../../src/jobs/bands/submit.ts";
import { exportHandler } from "../../src/jobs/export/handler.ts";
import { submitShards } from "../../src/jobs/export/submit.ts";
import { publishCorpus } from "../../src/pipeline/recipe.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import { segmentCache } from "../../src/segment/cache.ts";
import type { Store } from "../../src/store/store.ts";
import { assertBytes } from "../conformance/store-contract.ts";
import { sentences } from "../fixtures/archive-of-pages.ts";
import { bucketIn, corpusOfTexts, type CorpusOfTexts } from "../pipeline/corpus-of-texts.ts";

const software = "colophon test";
const { signal } = new AbortController();
const segments = [0, 1].map((segment) =>
  Array.from({ length: 20 }, (_, index) => sentences(segment * 100 + (index % 15), 12)),
);

/** Publishes through workers of a queue of this process. @returns what was wrong on the way */
async function published(corpus: CorpusOfTexts, store: Store): Promise<string[]> {
  await using queue = localQueue({ retry: { tries: 1 } });
  const folder = join(corpus.folder, "work");
  mkdirSync(folder, { recursive: true });
  using cache = segmentCache(store, join(corpus.folder, `cache-${Math.random()}`));
  queue.consume("bands", bandsHandler({ store, segments: cache, software }), { concurrency: 1 });
  queue.consume("export", exportHandler({ store, segments: cache, folder, software }), { concurrency: 2 });
  const broken: string[] = [];
  const onBroken = ({ message }: Error): void => void broken.push(message);
  const common = { queue, store, segments: corpus.corpus.segments, software, signal, onBroken };
  const policy = await loadPolicy(corpus.corpus.policyPath);
  const run = { corpus: corpus.corpus, ledgers: [corpus.ledger], software, signal };
  await publishCorpus(run, policy, () => undefined, {
    bands: submitBands({ ...common, parts: 2 }),
    shards: submitShards({ ...common, window: 2 }),
  });
  return broken;
}

const sumsOf = ({ corpus }: CorpusOfTexts): string => readFileSync(join(corpus.manifest, "SHA256SUMS"), "utf8");

async function replaced(store: Store, name: string, bytes: Buffer): Promise<void> {
  await store.remove(name);
  await store.put(name, bytes);
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** A corpus that was published through a store, and the names of what lies there by their last part. */
async function publishedOnce(): Promise<{
  readonly corpus: CorpusOfTexts;
  readonly store: Store;
  readonly sums: string;
  readonly named: (end: RegExp) => string;
}> {
  const corpus = await corpusOfTexts(segments);
  const store = bucketIn(join(corpus.folder, "store"));
  assert.deepEqual(await published(corpus, store), []);
  const names = (await Array.fromAsync(store.list(""))).map(({ name }) => name);
  const named = (end: RegExp): string => names.find((name) => end.test(name)) ?? assert.fail(`nothing is ${end}`);
  return { corpus, store, sums: sumsOf(corpus), named };
}

/** How a shard is changed; the result that goes with it is made to agree. */
const forgeries: Readonly<Record<string, (lines: readonly string[]) => readonly string[]>> = {
  "another text": (lines) => lines.with(0, (lines[0] ?? "").replace(/"text":"./, '"text":"X')),
  "a line less": (lines) => lines.slice(1),
  "a line more": (lines) => [...lines, lines[0] ?? ""],
  "lines in another order": (lines) => lines.toReversed(),
  "another id": (lines) => lines.with(0, (lines[0] ?? "").replace(/"id":"./, '"id":"f')),
  "a member more": (lines) => lines.with(0, (lines[0] ?? "").replace("{", '{"a":1,')),
  "a key twice": (lines) => lines.with(0, (lines[0] ?? "").replace("{", '{"text":"hidden",')),
  "another spelling": (lines) => lines.with(0, (lines[0] ?? "").replace(":", ": ")),
};

suite("a shard that a job left", () => {
  test("is made again when it holds anything but its texts, though its result agrees with it", async () => {
    const { corpus, store, sums, named } = await publishedOnce();
    using _ = corpus;
    const [shard, result] = [named(/\/shard$/), named(/exports\/.*\/result$/)];
    const bytes = (await store.get(shard)) ?? assert.fail("there is no shard");
    const lines = zstdDecompressSync(bytes).toString("utf8").trimEnd().split("\n");
    for (const [what, forge] of Object.entries(forgeries)) {
      const forged = forge(lines);
      const packed = zstdCompressSync(`${forged.join("\n")}\n`);
      await replaced(store, shard, packed);
      const stated = { sha256: sha256(packed), bytes: packed.length, lines: forged.length };
      for (const lie of [stated, { ...stated, lines: lines.length }]) {
        await replaced(store, shard, packed);
        await replaced(store, result, Buffer.from(JSON.stringify(lie)));
        const [broken] = await published(corpus, store);
        assert.match(broken ?? "", /\/shard of .* is not the shard of its texts/, what);
        assert.equal(sumsOf(corpus), sums, what);
      }
    }
  });

  test("is made again at once when its result is broken, and named", async () => {
    const { corpus, store, sums, named } = await publishedOnce();
    using _ = corpus;
    const result = named(/exports\/.*\/result$/);
    for (const lie of ["", "null", '{"sha256":"../x","bytes":-1,"lines":1e999}']) {
      await replaced(store, result, Buffer.from(lie));
      const [broken] = await published(corpus, store);
      assert.match(broken ?? "", new RegExp(`^${result} of .* is broken`));
      assert.equal(sumsOf(corpus), sums);
    }
  });
});

suite("what a job is given", () => {
  test("is put again when other bytes lie under its name, and segments when they are cut off", async () => {
    const { corpus, store, sums, named } = await publishedOnce();
    using _ = corpus;
    const [part, snapshot, segment] = [named(/\/part$/), named(/\/documents$/), named(/^segments\//)];
    const done = [named(/\/shard$/), named(/exports\/.*\/result$/), named(/edges-0-2$/), named(/edges-1-2$/)];
    for (const name of [part, snapshot, segment]) {
      const whole = (await store.get(name)) ?? assert.fail(`there is no ${name}`);
      for (const bytes of [Buffer.alloc(0), whole.subarray(0, -1), Buffer.from("other")]) {
        await replaced(store, name, bytes);
        for (const one of done) await store.remove(one);
        await published(corpus, store);
        assert.equal(sumsOf(corpus), sums);
        assertBytes(await store.get(name), whole);
      }
    }
  });

  test("is made right before pairs are looked for when a segment has other bytes of the same length", async () => {
    const { corpus, store, sums, named } = await publishedOnce();
    using _ = corpus;
    const name = named(/^segments\//);
    const whole = (await store.get(name)) ?? assert.fail(`there is no ${name}`);
    await replaced(store, name, Buffer.from(whole).fill(0x20, whole.length - 3000, whole.length - 2000));
    for (const one of [named(/edges-0-2$/), named(/edges-1-2$/)]) await store.remove(one);
    const broken = await published(corpus, store);
    assert.match(broken.join("\n"), new RegExp(`${name} of .* is broken: its bytes have the SHA-256`));
    assert.equal(sumsOf(corpus), sums);
    assertBytes(await store.get(name), whole);
  });

  test("is refused by the worker when a segment has other bytes of the same length, and made right", async () => {
    const { corpus, store, sums, named } = await publishedOnce();
    using _ = corpus;
    const name = named(/^segments\//);
    const whole = (await store.get(name)) ?? assert.fail(`there is no ${name}`);
    await replaced(store, name, Buffer.from(whole).fill(0x20, 30, 40));
    for (const one of [named(/\/shard$/), named(/exports\/.*\/result$/)]) await store.remove(one);
    const broken = await published(corpus, store);
    assert.match(broken.join("\n"), new RegExp(`${name} of .* is broken: its bytes have the SHA-256`));
    assert.equal(sumsOf(corpus), sums);
    assertBytes(await store.get(name), whole);
  });
});

suite("pairs that a job left", () => {
  test("are found again when they are none, or say that what is not alike is, and are named", async () => {
    const { corpus, store, sums, named } = await publishedOnce();
    using _ = corpus;
    const edges = named(/edges-0-2$/);
    const pair = (lower: number, higher: number, similarity: number): Buffer =>
      edgesBytes({
        lower: Uint32Array.of(lower),
        higher: Uint32Array.of(higher),
        similarity: Float64Array.of(similarity),
      });
    for (const bytes of [
      Buffer.alloc(7),
      pair(0, 4e9, 1),
      pair(3, 3, 1),
      pair(0, 1, 0.5),
      pair(0, 1, NaN),
      pair(0, 1, 2),
    ]) {
      await replaced(store, edges, bytes);
      const [broken] = await published(corpus, store);
      assert.match(broken ?? "", new RegExp(`^${edges} of .* is broken`));
      assert.equal(sumsOf(corpus), sums);
    }
  });
});
