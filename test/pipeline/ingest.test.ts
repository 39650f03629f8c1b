import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { PipelineError } from "../../src/core/errors.ts";
import { openCorpus, type Corpus } from "../../src/corpus/corpus.ts";
import type { Measurer } from "../../src/jobs/slice/contract.ts";
import { localSlices } from "../../src/jobs/slice/local.ts";
import { archiveTotals } from "../../src/ledger/archives.ts";
import type { Ledger } from "../../src/ledger/open.ts";
import { openPartitions } from "../../src/ledger/partitions.ts";
import type { IngestProgress, IngestReport } from "../../src/pipeline/ingest.ts";
import { ingestArchives } from "../../src/pipeline/recipe.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";

const software = "colophon test";

interface Stage extends AsyncDisposable {
  readonly corpus: Corpus;
  readonly ledgers: readonly Ledger[];
  readonly paths: readonly string[];
  readonly measurer: Measurer;
}

async function stage(folder: string, archives: number): Promise<Stage> {
  const corpus = await openCorpus(join(folder, "corpus"), true);
  const partitions = openPartitions(corpus.ledgerPaths, { mode: "write" });
  const measurer = localSlices(1, software);
  const paths = Array.from({ length: archives }, (_, n) => {
    const path = join(folder, `${n}.warc.gz`);
    writeFileSync(path, archiveOfPages("example.org", n * 3, 3));
    return path;
  });
  return {
    corpus,
    ledgers: partitions.all,
    paths,
    measurer,
    async [Symbol.asyncDispose]() {
      await measurer[Symbol.asyncDispose]();
      partitions[Symbol.dispose]();
    },
  };
}

async function ingested(
  { corpus, ledgers, measurer }: Stage,
  paths: readonly string[],
  onProgress: (seen: IngestProgress) => void = () => undefined,
): Promise<IngestReport> {
  const { signal } = new AbortController();
  return ingestArchives({ corpus, ledgers, software, signal }, measurer, paths, onProgress);
}

suite("taking archives in", () => {
  test("measures the first while only the next two are read for their digests, however many there are", async () => {
    using folder = temporaryFolder();
    await using on = await stage(folder.path, 6);
    const registered: number[] = [];
    const measurer: Measurer = {
      ...on.measurer,
      async measure(job) {
        // Time enough to read them all, were nobody waiting.
        await pause(50);
        registered.push(archiveTotals(on.ledgers).length);
        return on.measurer.measure(job);
      },
      size: 1,
    };
    const { archives, outcomes } = await ingested({ ...on, measurer }, on.paths);
    assert.deepEqual([archives, outcomes.document], [6, 18]);
    assert.deepEqual(registered, [3, 4, 5, 6, 6, 6]);
  });

  test("goes on behind a file that is none and one that is there twice, and comes to the end of what it said was to come", async () => {
    using folder = temporaryFolder();
    await using on = await stage(folder.path, 2);
    const [first = "", second = ""] = on.paths;
    const copy = join(folder.path, "copy.warc.gz");
    writeFileSync(copy, archiveOfPages("example.org", 0, 3));
    const directory = join(folder.path, "directory");
    mkdirSync(directory);
    let last: IngestProgress | undefined;
    const missing = join(folder.path, "missing.warc.gz");
    const report = await ingested(on, [missing, first, directory, copy, second], (seen) => (last = seen));
    assert.deepEqual([report.archives, report.outcomes.document], [2, 6]);
    assert.deepEqual(
      report.failures.map(({ path }) => path),
      [missing, directory],
    );
    assert.ok(last !== undefined && last.doneBytes > 0);
    assert.equal(last.doneBytes, last.totalBytes);
  });

  test("ends at once with an error that is not of one archive, and reads no further ones", async () => {
    using folder = temporaryFolder();
    await using on = await stage(folder.path, 6);
    const measurer: Measurer = {
      ...on.measurer,
      measure: () => Promise.reject(new PipelineError("disk-full", "a test says so")),
      size: 1,
    };
    await assert.rejects(ingested({ ...on, measurer }, on.paths), { code: "disk-full" });
    assert.ok(archiveTotals(on.ledgers).length <= 3);
  });
});
