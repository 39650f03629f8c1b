import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import { localSlices } from "../../src/jobs/slice/local.ts";
import type { MeasureJob } from "../../src/measure/measure-slice.ts";
import { threadPool } from "../../src/measure/thread-pool.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";

function jobIn(folder: string, segments: string): MeasureJob {
  const archive = archiveOfPages("example.org", 0, 3);
  const path = join(folder, "pages.warc.gz");
  writeFileSync(path, archive);
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const slice = { archive: sha256, index: 0, nominalStart: 0, nominalEnd: archive.length, exactStart: null };
  return { slice, path, segments, poison: [] };
}

/** Files of ours that a file imports; imports of types load nothing. */
function* importsOf(file: string): Generator<string> {
  const imports = /^(?:import|export) (?!type\b)(?:[^"=(]*\bfrom )?"(\.[^"]+)"/gm;
  for (const [, target = ""] of readFileSync(file, "utf8").matchAll(imports)) {
    yield posix.join(posix.dirname(file), target);
  }
}

/** A file and all that it loads, directly or not. */
function loadedBy(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const target of importsOf(file)) loadedBy(target, known);
  return known;
}

suite("slices measured by threads of this process", () => {
  test("go through no queue", () => {
    const loaded = loadedBy("src/jobs/slice/local.ts", loadedBy("src/pipeline/ingest.ts"));
    assert.ok(loaded.has("src/pipeline/register.ts") && loaded.has("src/core/errors.ts"), "the walk itself is broken");
    assert.deepEqual(
      [...loaded].filter((file) => file.startsWith("src/queue/")),
      [],
    );
    assert.ok(loadedBy("src/jobs/slice/submit.ts").has("src/queue/job.ts"), "a queue would be seen");
    for (const file of globSync(["src/**/*.ts", "workers/*.ts"])) {
      assert.ok(!new Set(importsOf(file)).has("src/queue/local-queue.ts"), `${file} uses the queue of tests`);
    }
  });

  test("are tried again after a fault that passes", async () => {
    using folder = temporaryFolder();
    const segments = join(folder.path, "segments");
    writeFileSync(segments, "in the way");
    await using measurer = localSlices(1, "colophon test");
    const measured = measurer.measure(jobIn(folder.path, segments));
    await pause(500);
    rmSync(segments);
    assert.equal((await measured).outcomes.document, 3);
  });

  test("are set aside, with the reason, after the third fault", async () => {
    using folder = temporaryFolder();
    const segments = join(folder.path, "segments");
    writeFileSync(segments, "in the way");
    await using measurer = localSlices(1, "colophon test");
    const job = jobIn(folder.path, segments);
    await assert.rejects(measurer.measure(job), {
      code: "job-quarantined",
      message: /pages\.warc\.gz was set aside.*(?:EEXIST|ENOTDIR)/s,
    });
  });

  test("are begun once by a pool alone, since behind a queue it is the queue that tries again", async (t) => {
    using folder = temporaryFolder();
    const segments = join(folder.path, "segments");
    writeFileSync(segments, "in the way");
    const job = jobIn(folder.path, segments);
    const tasks = t.mock.method(Worker.prototype, "postMessage");
    await using pool = threadPool(1, "colophon test");
    await assert.rejects(pool.measure(job), { code: "worker-crashed" });
    assert.equal(tasks.mock.callCount(), 1);
  });

  test("that wait for a thread are given up when the pool is closed", async () => {
    using folder = temporaryFolder();
    const job = jobIn(folder.path, join(folder.path, "segments"));
    const measurer = localSlices(1, "colophon test");
    const ends = Array.from({ length: 3 }, () => assert.rejects(measurer.measure(job), { code: "interrupted" }));
    await measurer[Symbol.asyncDispose]();
    await Promise.all(ends);
    await assert.rejects(measurer.measure(job), { code: "interrupted" });
  });
});
