import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { ownBuild } from "../../src/core/build/build.ts";
import { PipelineError } from "../../src/core/errors.ts";
import { sliceJob } from "../../src/jobs/slice/contract.ts";
import { sliceHandler } from "../../src/jobs/slice/handler.ts";
import { submitSlices } from "../../src/jobs/slice/submit.ts";
import { programOf } from "../../src/jobs/version-check.ts";
import type { MeasureJob, MeasureResult } from "../../src/measure/measure-slice.ts";
import { threadPool, type ThreadPool } from "../../src/measure/thread-pool.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import { segmentPath } from "../../src/segment/format.ts";
import { folderStore } from "../../src/store/folder-store.ts";
import { archiveName, sliceResultName } from "../../src/store/layout.ts";
import type { Store } from "../../src/store/store.ts";
import { archiveOfPages, pageHtml, responseMember, sentences } from "../fixtures/archive-of-pages.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";

const software = "colophon test";
const { signal } = new AbortController();

/** A folder that, like a bucket, has no files of this machine; what is read of it is counted. */
function bucketIn(path: string): Store & { readonly read: { bytes: number } } {
  mkdirSync(path);
  const store = folderStore(path);
  const read = { bytes: 0 };
  return {
    ...store,
    read,
    localPath: () => null,
    async range(name, begin, end, stop) {
      const bytes = await store.range(name, begin, end, stop);
      read.bytes += bytes?.length ?? 0;
      return bytes;
    },
  };
}

/** A pool that notes what it measures. */
function counting(threads: ThreadPool): ThreadPool & { readonly measured: readonly string[] } {
  const measured: string[] = [];
  return {
    ...threads,
    measured,
    async measure(job, sparse) {
      measured.push(job.path);
      return threads.measure(job, sparse);
    },
  };
}

function recordsOf(results: readonly MeasureResult[]): number {
  return results.flatMap(({ outcomes }) => Object.values(outcomes)).reduce((sum, count) => sum + count, 0);
}

function jobsOf(folder: string, archive: Buffer, sliceBytes: number): MeasureJob[] {
  const path = join(folder, "pages.warc.gz");
  writeFileSync(path, archive);
  const sha256 = createHash("sha256").update(archive).digest("hex");
  return Array.from({ length: Math.ceil(archive.length / sliceBytes) }, (_, index) => {
    const nominalStart = index * sliceBytes;
    const nominalEnd = Math.min(archive.length, nominalStart + sliceBytes);
    const slice = { archive: sha256, index, nominalStart, nominalEnd, exactStart: null };
    return { slice, path, segments: join(folder, "segments"), poison: [] };
  });
}

suite("slices as jobs", () => {
  test("give the same segments from a bucket, of which each reads little more than its own bytes", async () => {
    using folder = temporaryFolder();
    // The last record of the first slice reaches far behind it, beyond what is fetched at first.
    const big = Buffer.concat([
      archiveOfPages("example.org", 0, 40, 60),
      responseMember("https://example.org/big", pageHtml(9000) + `<!-- ${randomText(1_500_000)} -->`),
      archiveOfPages("example.org", 50, 1200, 60),
    ]);
    const jobs = jobsOf(folder.path, big, 500_000);
    assert.ok(jobs.length > 3, `only ${jobs.length} slices`);
    await using threads = threadPool(1, software);
    const local = [];
    for (const job of jobs) local.push(await threads.measure(job));

    const store = bucketIn(join(folder.path, "store"));
    await using queue = localQueue();
    const work = join(folder.path, "work");
    mkdirSync(work);
    const pool = counting(threads);
    queue.consume("slice", sliceHandler({ store, pool, folder: work, software }), { concurrency: 2 });
    const measurer = submitSlices({ queue, store, software, window: 4, signal });
    const taken = join(folder.path, "taken");
    const remote = await Promise.all(jobs.map((job) => measurer.measure({ ...job, segments: taken })));
    assert.deepEqual(remote, local);
    assert.deepEqual([pool.measured.length, threads.recordsSeen()], [jobs.length, 2 * recordsOf(local)]);
    for (const { segment } of local) {
      const [mine, theirs] = [segmentPath(jobs[0]?.segments ?? "", segment), segmentPath(taken, segment)];
      assert.ok(readFileSync(mine).equals(readFileSync(theirs)));
    }
    assert.deepEqual(readdirSync(work), [], "a worker leaves nothing behind");

    const [plain] = jobs.slice(2);
    assert.ok(plain !== undefined);
    rmSync(join(folder.path, "store", "slices"), { recursive: true });
    store.read.bytes = 0;
    const whole = new Set([plain.slice.archive]);
    await submitSlices({ queue, store, software, window: 1, signal, whole }).measure({ ...plain, segments: taken });
    assert.ok(store.read.bytes > 500_000 && store.read.bytes < 2_000_000, `${store.read.bytes} bytes for one slice`);
  });

  test("end with the store's error when bytes behind them cannot be had, and as interrupted when they are stopped", async () => {
    using folder = temporaryFolder();
    const big = responseMember("https://example.org/big", pageHtml(9000) + `<!-- ${randomText(1_500_000)} -->`);
    const [job] = jobsOf(folder.path, Buffer.concat([big, archiveOfPages("example.org", 0, 9)]), 500_000);
    assert.ok(job !== undefined);
    const bucket = bucketIn(join(folder.path, "store"));
    await bucket.put(`archives/${job.slice.archive}`, { path: job.path });
    await using pool = threadPool(1, software);
    const stop = new AbortController();
    for (const [code, onRead] of [
      ["store-unreachable", () => Promise.reject(new PipelineError("store-unreachable", "a test says so"))],
      ["interrupted", () => (stop.abort(), new Promise<never>(() => undefined))],
    ] as const) {
      let asked = 0;
      const store: Store = {
        ...bucket,
        range: async (name, from, to) => {
          asked++;
          return asked > 2 ? onRead() : bucket.range(name, from, to);
        },
      };
      const handler = sliceHandler({ store, pool, folder: folder.path, software });
      const context = { attempt: 1, signal: stop.signal, progress: () => undefined };
      await assert.rejects(async () => handler(sliceJob(job.slice, software), context), { code });
      assert.equal(asked, 3, "the third is asked for by the reader, and no other after it");
    }
  });

  test("are not measured again when their result is in the store, and are when their segment is gone", async () => {
    using folder = temporaryFolder();
    const [job] = jobsOf(folder.path, archiveOfPages("example.org", 0, 20), 1 << 20);
    assert.ok(job !== undefined);
    const store = bucketIn(join(folder.path, "store"));
    await using threads = threadPool(1, software);
    const pool = counting(threads);
    const run = async (segments: string): Promise<string> => {
      await using queue = localQueue();
      queue.consume("slice", sliceHandler({ store, pool, folder: folder.path, software }), { concurrency: 1 });
      const measurer = submitSlices({ queue, store, software, window: 1, signal });
      return (await measurer.measure({ ...job, segments: join(folder.path, segments) })).segment;
    };
    const first = await run("first");
    assert.equal(await run("second"), first);
    assert.equal(pool.measured.length, 1);
    rmSync(join(folder.path, "store", "segments"), { recursive: true });
    assert.equal(await run("third"), first);
    assert.equal(pool.measured.length, 2);
  });

  test("are handed out as soon as their archive is in the store, into which one comes after the other, in order", async () => {
    using folder = temporaryFolder();
    const jobs = [0, 1, 2].flatMap((n) => {
      const own = join(folder.path, `archive-${n}`);
      mkdirSync(own);
      return jobsOf(own, archiveOfPages("example.org", n, n + 1), 1 << 20);
    });
    const store = bucketIn(join(folder.path, "store"));
    const log: string[] = [];
    const names = new Map(jobs.map(({ slice }, n) => [`archives/${slice.archive}`, n]));
    const watched: Store = {
      ...store,
      async put(name, content, stop) {
        const n = names.get(name);
        if (n !== undefined) log.push(`begun ${n}`);
        if (n === 1) throw new PipelineError("store-unreachable", "a test says so");
        const state = await store.put(name, content, stop);
        if (n !== undefined) log.push(`there ${n}`);
        return state;
      },
    };
    await using queue = localQueue();
    await using pool = threadPool(1, software);
    queue.consume("slice", sliceHandler({ store, pool, folder: folder.path, software }), { concurrency: 1 });
    const measurer = submitSlices({ queue, store: watched, software, window: 4, signal });
    const taken = join(folder.path, "taken");
    const ends = await Promise.allSettled(jobs.map((job) => measurer.measure({ ...job, segments: taken })));
    assert.deepEqual(log, ["begun 0", "there 0", "begun 1", "begun 2", "there 2"]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
  });

  test("are refused by a worker where the store's archive was cut off, a folder's as a bucket's, and nothing of it is measured", async () => {
    using folder = temporaryFolder();
    const [job] = jobsOf(folder.path, archiveOfPages("example.org", 0, 40), 1 << 20);
    assert.ok(job !== undefined);
    await using pool = threadPool(1, software);
    const path = join(folder.path, "store");
    for (const store of [bucketIn(path), folderStore(path)]) {
      await store
        .put(archiveName(job.slice.archive), readFileSync(job.path).subarray(0, 1000), signal)
        .catch(() => null);
      const handler = sliceHandler({ store, pool, folder: folder.path, software });
      const context = { attempt: 1, signal, progress: () => undefined };
      await assert.rejects(async () => handler(sliceJob(job.slice, software), context), { code: "archive-missing" });
    }
    assert.equal(pool.recordsSeen(), 0);
  });

  test("are measured again when the result in the store is that of another build", async () => {
    using folder = temporaryFolder();
    const [job] = jobsOf(folder.path, archiveOfPages("example.org", 0, 2), 1 << 20);
    assert.ok(job !== undefined);
    const store = bucketIn(join(folder.path, "store"));
    await using pool = threadPool(1, software);
    await using queue = localQueue({ retry: { tries: 1 } });
    queue.consume("slice", sliceHandler({ store, pool, folder: folder.path, software }), { concurrency: 1 });
    const measurer = submitSlices({ queue, store, software, window: 1, signal });
    const result = await measurer.measure(job);
    assert.equal(result.build, ownBuild.id);
    const name = sliceResultName(sliceJob(job.slice, software).id);
    await store.remove(name);
    await store.put(name, Buffer.from(JSON.stringify({ ...result, build: "0".repeat(16) })));
    await using other = localQueue({ retry: { tries: 1 } });
    other.consume("slice", sliceHandler({ store, pool, folder: folder.path, software }), { concurrency: 1 });
    const again = submitSlices({ queue: other, store, software, window: 1, signal });
    assert.deepEqual(await again.measure(job), result);
    assert.deepEqual(JSON.parse((await store.get(name))?.toString() ?? ""), result);
  });

  test("are refused by a worker of another version or build, with both named", async () => {
    using folder = temporaryFolder();
    const [job] = jobsOf(folder.path, archiveOfPages("example.org", 0, 2), 1 << 20);
    assert.ok(job !== undefined);
    const store = bucketIn(join(folder.path, "store"));
    await using pool = threadPool(1, software);
    const own = programOf(software);
    assert.equal(own, `colophon test build ${ownBuild.id}`);
    const other = "colophon test build 0123456789abcdef";
    for (const [wanted, worker] of [
      [own, "colophon 9"],
      [own, other],
      [other, own],
    ] as const) {
      await using queue = localQueue({ retry: { tries: 1 } });
      const handler = sliceHandler({ store, pool, folder: folder.path, software: worker });
      queue.consume("slice", handler, { concurrency: 1 });
      const measurer = submitSlices({ queue, store, software: wanted, window: 1, signal });
      await assert.rejects(async () => measurer.measure(job), {
        code: "version-differs",
        message: new RegExp(`wants ${wanted}, this worker is ${worker}; start workers of the same version and build`),
      });
    }
  });
});

/** Text that does not pack. */
function randomText(length: number): string {
  let text = "";
  for (let seed = 0; text.length < length; seed++) text += createHash("sha512").update(String(seed)).digest("base64");
  return text + sentences(1, 1);
}
