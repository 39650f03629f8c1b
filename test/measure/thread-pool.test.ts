import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { gzipSync } from "node:zlib";

import { PipelineError } from "../../src/core/errors.ts";
import type { MeasureJob } from "../../src/measure/measure-slice.ts";
import type { ByteRange } from "../../src/measure/sparse-source.ts";
import { threadPool } from "../../src/measure/thread-pool.ts";
import { openSegment } from "../../src/segment/read.ts";
import { pageHtml, responseMember, sentences } from "../fixtures/archive-of-pages.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";

function jobFor(folder: string, archive: Buffer): MeasureJob {
  const path = join(folder, "pages.warc.gz");
  writeFileSync(path, archive);
  const slice = { archive: "ab".repeat(32), index: 0, nominalStart: 0, nominalEnd: archive.length, exactStart: null };
  return { slice, path, segments: join(folder, "segments"), poison: [] };
}

suite("a pool of measuring threads", () => {
  test("sets aside the page that brings a thread down, and measures its neighbours", async () => {
    using folder = temporaryFolder();
    const huge = pageHtml(2, sentences(2, 150_000));
    const job = jobFor(
      folder.path,
      Buffer.concat([
        responseMember("https://example.org/before", pageHtml(1)),
        responseMember("https://example.org/huge", huge),
        responseMember("https://example.org/after", pageHtml(3)),
      ]),
    );
    await using pool = threadPool(1, "colophon test", { stuckMs: 60_000, heapMb: 48 });
    const result = await pool.measure(job);
    assert.deepEqual(result.outcomes, { document: 2, duplicate: 0, skipped: 0, failed: 1 });
    using segment = openSegment(job.segments, result.segment);
    const failed = [...segment.captures()].find(({ outcome }) => outcome === "failed");
    assert.equal(failed?.url, "https://example.org/huge");
    assert.equal(failed.reason, "worker-crashed");
    assert.match(failed.detail ?? "", /memory/);
  });

  test("gives up the work in hand when it is closed, and starts no thread for it again", async () => {
    using folder = temporaryFolder();
    const job = jobFor(folder.path, responseMember("https://example.org/", pageHtml(1)));
    const pool = threadPool(1, "colophon test");
    const refused = assert.rejects(
      pool.measure(job),
      (error) => error instanceof PipelineError && error.code === "interrupted",
    );
    await pool[Symbol.asyncDispose]();
    await refused;
  });

  test("measures a file with holes once, fetching what is read, for which no page's time is counted", async (context) => {
    using folder = temporaryFolder();
    const archive = Buffer.concat(
      [1, 2, 3, 4].map((seed) => responseMember(`https://example.org/${seed}`, pageHtml(seed))),
    );
    const whole = jobFor(folder.path, archive);
    await using pool = threadPool(1, "colophon test", { stuckMs: 60_000, heapMb: 256 });
    const expected = await pool.measure(whole);
    const before = pool.recordsSeen();

    const path = join(folder.path, "holes");
    const file = openSync(path, "w+");
    ftruncateSync(file, archive.length);
    const held: ByteRange[] = [];
    const asked: ByteRange[] = [];
    context.mock.timers.enable({ apis: ["setInterval"] });
    const fetch = async (range: ByteRange): Promise<void> => {
      asked.push(range);
      context.mock.timers.tick(600_000);
      // One range from the start on: what was read in between is there too.
      writeSync(file, archive, 0, range.end, 0);
      held.splice(0, 1, { begin: 0, end: range.end });
    };
    const found = await pool.measure({ ...whole, path }, { held, fetch });
    closeSync(file);
    assert.deepEqual(found, expected);
    assert.equal(pool.recordsSeen() - before, 4);
    assert.ok(asked.length > 0);
  });

  test("ends a slice with the error for which its bytes cannot be had, in whatever the reader was", async () => {
    using folder = temporaryFolder();
    // Larger than what is looked at together: its reader takes any error for damage.
    const large = gzipSync(randomBytes(18 << 20), { level: 0 });
    const job = jobFor(folder.path, Buffer.concat([large, responseMember("https://example.org/", pageHtml(1))]));
    await using pool = threadPool(1, "colophon test");
    const held: ByteRange[] = [{ begin: 0, end: 16 << 20 }];
    const gone = new PipelineError("store-unreachable", "a test says so");
    let asked = 0;
    const fetch = async (): Promise<void> => {
      asked++;
      throw gone;
    };
    await assert.rejects(pool.measure(job, { held, fetch }), (error) => error === gone);
    assert.equal(asked, 1);
    assert.equal((await pool.measure(job)).outcomes.document, 1, "its thread is good for the next slice");
  });

  test("is closed though a thread of it waits for bytes", async () => {
    using folder = temporaryFolder();
    const job = jobFor(folder.path, responseMember("https://example.org/", pageHtml(1)));
    const pool = threadPool(1, "colophon test");
    const asked = Promise.withResolvers<void>();
    const fetch = async (): Promise<void> => {
      asked.resolve();
      return new Promise(() => undefined);
    };
    const refused = assert.rejects(pool.measure(job, { held: [], fetch }), { code: "interrupted" });
    await asked.promise;
    await pool[Symbol.asyncDispose]();
    await refused;
  });

  test("gives the same segment whichever thread measures a slice", async () => {
    using folder = temporaryFolder();
    const job = jobFor(
      folder.path,
      Buffer.concat([1, 2, 3].map((seed) => responseMember(`https://example.org/${seed}`, pageHtml(seed)))),
    );
    await using pool = threadPool(2, "colophon test");
    const [first, second] = await Promise.all([pool.measure(job), pool.measure({ ...job })]);
    assert.equal(first.segment, second.segment);
  });
});
