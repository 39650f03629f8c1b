import assert from "node:assert/strict";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { segmentCache } from "../../src/segment/cache.ts";
import { storeSegments } from "../../src/segment/transfer.ts";
import { folderStore } from "../../src/store/folder-store.ts";
import { sentences } from "../fixtures/archive-of-pages.ts";
import { bucketIn, corpusOfTexts, type CorpusOfTexts } from "../pipeline/corpus-of-texts.ts";

const { signal } = new AbortController();
const texts = Array.from({ length: 6 }, (_, segment) => [sentences(segment, 40)]);

function segmentsIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".segment")).map((name) => name.replace(/^.*\/|\.segment$/g, ""));
}

/** The segments of a corpus by their text. */
function placesOf({ ledger }: CorpusOfTexts): Map<string, string> {
  const rows = ledger.db.prepare("SELECT slice, segment_sha256 AS segment FROM slices ORDER BY slice").all() as {
    readonly slice: number;
    readonly segment: string;
  }[];
  return new Map(rows.map(({ slice, segment }) => [texts[slice]?.[0] ?? "", segment]));
}

suite("the cache of segments", () => {
  test("gives each text to all who ask at once, and holds no more bytes than its bound", async () => {
    using corpus = await corpusOfTexts(texts);
    const store = bucketIn(join(corpus.folder, "store"));
    const places = placesOf(corpus);
    await storeSegments(store, corpus.corpus.segments, places.values(), signal);
    const sizes = await Promise.all([...places.values()].map(async (segment) => store.size(`segments/${segment}`)));
    const folder = join(corpus.folder, "cache");
    using cache = segmentCache(store, folder, 2 * Math.max(...sizes.map(Number)));
    const asked = [...places, ...places, ...[...places].toReversed()];
    const read = await Promise.all(asked.map(async ([, segment]) => cache.text(segment, 1, signal)));
    assert.deepEqual(
      read,
      asked.map(([text]) => text),
    );
    assert.ok(segmentsIn(folder).length <= 2, segmentsIn(folder).join());
  });

  test("gives texts of segments that are each larger than its bound, and holds one of them", async () => {
    using corpus = await corpusOfTexts(texts);
    const store = bucketIn(join(corpus.folder, "store"));
    const places = placesOf(corpus);
    await storeSegments(store, corpus.corpus.segments, places.values(), signal);
    const folder = join(corpus.folder, "cache");
    using cache = segmentCache(store, folder, 1);
    for (const [text, segment] of places) assert.equal(await cache.text(segment, 1, signal), text);
    assert.equal(segmentsIn(folder).length, 1);
  });

  test("copies nothing where the store is a folder of this machine", async () => {
    using corpus = await corpusOfTexts(texts);
    const path = bucketIn(join(corpus.folder, "store")).place;
    const store = folderStore(path);
    const places = placesOf(corpus);
    await storeSegments(store, corpus.corpus.segments, places.values(), signal);
    const folder = join(corpus.folder, "cache");
    using cache = segmentCache(store, folder);
    for (const [text, segment] of places) assert.equal(await cache.text(segment, 1, signal), text);
    for (const segment of segmentsIn(folder)) {
      assert.ok(lstatSync(join(folder, segment.slice(0, 2), `${segment}.segment`)).isSymbolicLink());
    }
  });

  test("gives no text of a segment with other bytes than its name says, and takes it out of the store", async () => {
    using corpus = await corpusOfTexts(texts);
    const bucket = bucketIn(join(corpus.folder, "store"));
    const places = placesOf(corpus);
    const [[text, segment] = ["", ""], [, other] = ["", ""]] = places;
    const folder = folderStore(bucket.place);
    for (const [at, store] of [bucket, folder].entries()) {
      using cache = segmentCache(store, join(corpus.folder, `cache-${at}`));
      await storeSegments(store, corpus.corpus.segments, [segment, other], signal);
      const bytes = (await store.get(`segments/${other}`)) ?? assert.fail("there is no segment");
      await store.remove(`segments/${segment}`);
      await store.put(`segments/${segment}`, bytes);
      await assert.rejects(cache.text(segment, 1, signal), { code: "object-broken" });
      assert.equal(await store.size(`segments/${segment}`), null);
      await storeSegments(store, corpus.corpus.segments, [segment], signal);
      assert.equal(await cache.text(segment, 1, signal), text);
    }
  });

  test("says which segment the store has lost, and gives it when it is there again", async () => {
    using corpus = await corpusOfTexts(texts);
    const store = bucketIn(join(corpus.folder, "store"));
    const [[text, segment] = ["", ""]] = placesOf(corpus);
    using cache = segmentCache(store, join(corpus.folder, "cache"));
    await assert.rejects(cache.text(segment, 1, signal), new RegExp(segment));
    await storeSegments(store, corpus.corpus.segments, [segment], signal);
    assert.equal(await cache.text(segment, 1, signal), text);
  });
});
