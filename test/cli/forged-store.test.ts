import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";

import { softwareVersion } from "../../src/corpus/software.ts";
import { sliceJob } from "../../src/jobs/slice/contract.ts";
import type { MeasureResult } from "../../src/measure/measure-slice.ts";
import { bullmqQueue } from "../../src/queue/bullmq/queue.ts";
import { connectRedis } from "../../src/redis/connection.ts";
import { segmentPath } from "../../src/segment/format.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { startWorkers } from "../fixtures/machines.ts";
import { startRedis, type RedisServer } from "../fixtures/redis-server.ts";
import { corpusOfSmallSlices, manifestOf, runColophon, temporaryFolder, type Run } from "../fixtures/run-colophon.ts";
import { forgedSegment, freed, type Forgery } from "../jobs/forged-segment.ts";

/** A corpus that workers made, its store, and a way to make another from what lies in the store. */
interface Made extends AsyncDisposable {
  readonly folder: string;
  readonly store: string;
  readonly corpus: string;
  readonly archives: readonly string[];
  readonly redis: RedisServer;
  readonly root: string;
  readonly again: (name: string) => Promise<Run & { readonly root: string | null }>;
}

async function made(): Promise<Made> {
  await using opened = new AsyncDisposableStack();
  const { path: folder } = opened.use(temporaryFolder());
  const redis = opened.use(await startRedis());
  const store = join(folder, "store");
  const archives = [0, 1].map((part) => {
    const path = join(folder, `part-${part}.warc.gz`);
    writeFileSync(path, archiveOfPages("example.org", part * 200, 120, 4));
    return path;
  });
  const place = ["--redis", redis.url, "--store", store];
  opened.use(startWorkers(1, place));
  const corpus = corpusOfSmallSlices(join(folder, "corpus"));
  const run = await runColophon("ingest", ...archives, "--corpus", corpus, ...place);
  assert.equal(run.status, 0, run.err);
  const { root } = manifestOf(corpus);
  const kept = opened.move();
  return {
    folder,
    store,
    corpus,
    archives,
    redis,
    root,
    async again(name) {
      const other = corpusOfSmallSlices(join(folder, name));
      const second = await runColophon("ingest", ...archives, "--corpus", other, ...place);
      return { ...second, root: second.status === 0 ? manifestOf(other).root : null };
    },
    [Symbol.asyncDispose]: async () => kept.disposeAsync(),
  };
}

/** Another well-formed segment for each that lies in the store, under the same name or one of its own, which its result then has.
 * @returns how many differ */
function forgeSegments({ folder, store, corpus }: Made, forgery: Forgery, ownName: boolean): number {
  const forge = (digest: string): ReturnType<typeof forgedSegment> =>
    forgedSegment(join(corpus, "segments"), digest, join(folder, "forged"), forgery);
  if (!ownName) {
    const segments = readdirSync(join(store, "segments")).map((digest) => [digest, forge(digest)] as const);
    for (const [digest, { bytes }] of segments) writeFileSync(join(store, "segments", digest), bytes);
    // One without documents stays the same.
    return segments.filter(([digest, forged]) => digest !== forged.digest).length;
  }
  for (const id of readdirSync(join(store, "slices"))) {
    const result = JSON.parse(readFileSync(join(store, "slices", id), "utf8")) as MeasureResult;
    const { digest, bytes } = forge(result.segment);
    writeFileSync(join(store, "segments", digest), bytes);
    writeFileSync(join(store, "slices", id), JSON.stringify({ ...result, segment: digest }));
  }
  return 0;
}

suite("a store that somebody else has written into", () => {
  test("frees no document: segments of other rows are named, and the manifest is the true one", async () => {
    await using on = await made();
    const forged = forgeSegments(on, freed, false);
    const { status, err, root } = await on.again("again");
    assert.equal(status, 0, err);
    assert.equal(root, on.root);
    const named = err
      .split("\n")
      .filter((line) => /segments\/[0-9a-f]{64} of .* is broken: .* it is made again$/.test(line));
    assert.equal(named.length, forged, err);
  });

  test("blocks no corpus with segments that are cut off", async () => {
    await using on = await made();
    for (const digest of readdirSync(join(on.store, "segments")))
      truncateSync(join(on.store, "segments", digest), 3000);
    const { status, err, root } = await on.again("again");
    assert.equal(status, 0, err);
    assert.equal(root, on.root);
  });

  test("brings no row into the ledger that is of another archive, of another place, or there twice", async () => {
    await using on = await made();
    const forgeries: readonly (readonly [Forgery["row"], RegExp])[] = [
      [(row) => ({ ...row, place: { ...row.place, archive: "ab".repeat(32) } }), /is of archive abab/],
      [(row) => ({ ...row, id: "ab".repeat(16) }), /has not the id of its place/],
      [(row) => ({ ...row, place: { ...row.place, offset: row.place.offset + 1e9 } }), /does not lie where it may/],
      [(row) => ({ ...row, httpStatus: 200.5 }), /httpStatus is not a whole number/],
      [(row) => ({ ...row, payloadSha256: "../x" }), /payloadSha256 is not a SHA-256/],
    ];
    for (const [index, [row, words]] of forgeries.entries()) {
      forgeSegments(on, row === undefined ? {} : { row }, true);
      const { status, err, root } = await on.again(`again-${index}`);
      assert.equal(status, 0, err);
      assert.match(err, words);
      assert.equal(root, on.root);
    }
  });

  test("gives no archive for another", async () => {
    await using on = await made();
    const [first = "", second = ""] = readdirSync(join(on.store, "archives"));
    copyFileSync(join(on.store, "archives", first), join(on.store, "archives", second));
    rmSync(join(on.store, "slices"), { recursive: true });
    const { status, err, root } = await on.again("again");
    assert.equal(status, 0, err);
    assert.match(err, new RegExp(`archives/${second} of .* is broken`));
    assert.equal(root, on.root);
  });
});

test("a job that asks for one archive under the id of another is refused, and the other is read all the same", async () => {
  await using on = await made();
  rmSync(join(on.store, "slices"), { recursive: true });
  const [first = "", second = ""] = readdirSync(join(on.store, "archives"));
  const jobOfFirstSlice = (archive: string): ReturnType<typeof sliceJob> =>
    sliceJob({ archive, index: 0, nominalStart: 0, nominalEnd: 65_536, exactStart: null }, softwareVersion());
  await using connection = await connectRedis(on.redis.url);
  await using queue = bullmqQueue(connection);
  const job = { ...jobOfFirstSlice(first), payload: jobOfFirstSlice(second).payload };
  await queue.submit([job], AbortSignal.timeout(10_000));
  const end = await queue.ended(job, AbortSignal.timeout(60_000));
  assert.ok(end !== "lost" && end.state === "failed", JSON.stringify(end));
  assert.match(end.message, /its id is that of another job/);
  const { status, err, root } = await on.again("again");
  assert.equal(status, 0, err);
  assert.equal(root, on.root);
});

test("publish says which segments of the corpus are damaged, and leaves the manifest as it is until they are measured again", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "pages.warc.gz");
  writeFileSync(path, archiveOfPages("example.org", 0, 60, 4));
  const corpus = join(folder.path, "corpus");
  assert.equal((await runColophon("ingest", path, "--corpus", corpus)).status, 0);
  const manifest = readFileSync(join(corpus, "manifest", "manifest.json"));
  const names = readdirSync(join(corpus, "segments"), { recursive: true, encoding: "utf8" });
  const name = names.find((one) => one.endsWith(".segment")) ?? assert.fail("there is no segment");
  const file = join(corpus, "segments", name);
  const whole = readFileSync(file);
  mkdirSync(join(folder.path, "forged"));
  const digest = name.replace(/^.*\/|\.segment$/g, "");
  assert.equal(segmentPath(dirname(dirname(file)), digest), file);
  const forged = forgedSegment(join(corpus, "segments"), digest, join(folder.path, "forged"), freed).bytes;
  for (const bytes of [forged, whole.subarray(0, -1), Buffer.alloc(0)]) {
    writeFileSync(file, bytes);
    const run = await runColophon("publish", "--corpus", corpus);
    assert.equal(run.status, 4, run.err);
    assert.match(run.err, new RegExp(`1 of \\d+ segments of the corpus .*${digest}.segment has the SHA-256`));
    assert.deepEqual(readFileSync(join(corpus, "manifest", "manifest.json")), manifest);
  }
  rmSync(file);
  const gone = await runColophon("publish", "--corpus", corpus);
  assert.equal(gone.status, 4, gone.err);
  assert.match(gone.err, /cannot be read \(ENOENT\)/);
  writeFileSync(file, forged);
  const mended = await runColophon("ingest", "--remeasure", "--corpus", corpus);
  assert.equal(mended.status, 0, mended.err);
  assert.deepEqual(readFileSync(file), whole);
  assert.deepEqual(readFileSync(join(corpus, "manifest", "manifest.json")), manifest);
});
