import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import type { MeasureJob } from "../../src/measure/measure-slice.ts";
import { openSegment } from "../../src/segment/read.ts";
import { threadPool } from "../../src/measure/thread-pool.ts";
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
