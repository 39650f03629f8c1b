import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ownBuild } from "../../src/core/build/build.ts";
import { PipelineError } from "../../src/core/errors.ts";
import type { Hex } from "../../src/core/records.ts";
import { openCorpus } from "../../src/corpus/corpus.ts";
import { signatureSlots } from "../../src/dedup/signature.ts";
import type { Measurer } from "../../src/jobs/slice/contract.ts";
import { localSlices } from "../../src/jobs/slice/local.ts";
import type { Ledger } from "../../src/ledger/open.ts";
import { openPartitions } from "../../src/ledger/partitions.ts";
import { ingestArchives } from "../../src/pipeline/recipe.ts";
import { openSegment } from "../../src/segment/read.ts";
import { segmentWriter } from "../../src/segment/write.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { corpusOfSmallSlices, temporaryFolder } from "../fixtures/run-colophon.ts";

const software = "colophon test";
const { signal } = new AbortController();

/** The segment as a version without builds would have written it, with other titles. */
function older(folder: string, digest: Hex): Hex {
  using segment = openSegment(folder, digest);
  const writer = segmentWriter(folder, "older");
  let position = 0;
  for (const row of segment.captures()) {
    const document = row.document === null ? null : { ...row.document, title: "Older" };
    const signature = new Uint32Array(signatureSlots);
    if (document !== null) segment.signature(position, signature, 0);
    writer.add(
      { ...row, document },
      document === null ? null : segment.text(position),
      document === null ? null : signature,
    );
    position++;
  }
  const { build: _, ...head } = segment.head;
  return writer.finish(head);
}

interface SliceRow {
  readonly build: string | null;
}

function slicesOf(ledgers: readonly Ledger[]): SliceRow[] {
  return ledgers.flatMap((ledger) =>
    ledger
      .statement<SliceRow>(
        "SELECT slice, first_byte, end_byte, captures, segment_sha256, build FROM slices ORDER BY slice",
      )
      .all(),
  );
}

interface MadeCorpus {
  readonly slices: () => SliceRow[];
  readonly ingest: (remeasure: boolean, by: Measurer) => Promise<unknown>;
  readonly close: () => void;
}

test("slices that are measured again begin where the one before ends, and a run that stops half-way is gone on with", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "pages.warc.gz");
  writeFileSync(path, archiveOfPages("example.org", 0, 400, 4));
  await using measurer = localSlices(1, software);
  const asked: number[] = [];
  const counting: Measurer = {
    ...measurer,
    size: 1,
    measure: async (job) => (asked.push(job.slice.index), measurer.measure(job)),
  };
  const ageing: Measurer = {
    ...measurer,
    async measure(job) {
      const result = await measurer.measure(job);
      return { ...result, segment: older(job.segments, result.segment) };
    },
  };
  const made = async (name: string, with_: Measurer): Promise<MadeCorpus> => {
    const corpus = await openCorpus(corpusOfSmallSlices(join(folder.path, name)), false);
    const opened = openPartitions(corpus.ledgerPaths, { mode: "write" });
    const ledgers = opened.all;
    const ingest = async (remeasure: boolean, by: Measurer): Promise<unknown> =>
      ingestArchives({ corpus, ledgers, software, remeasure, signal }, by, [path], () => undefined);
    await ingest(false, with_);
    return { slices: () => slicesOf(ledgers), ingest, close: () => opened[Symbol.dispose]() };
  };
  const fresh = await made("fresh", measurer);
  const { slices, ingest, close } = await made("older", ageing);
  const count = fresh.slices().length;
  assert.ok(count > 6, `only ${count} slices`);
  assert.ok(slices().every(({ build }) => build === null));

  await ingest(false, counting);
  assert.deepEqual(asked, [], "nobody asked to measure anything again");

  const failing: Measurer = {
    ...counting,
    measure: async (job) => {
      if (job.slice.index === 3) throw new PipelineError("disk-full", "a test says so");
      return counting.measure(job);
    },
  };
  await assert.rejects(ingest(true, failing), { code: "disk-full" });
  const half = slices().map(({ build }) => build === ownBuild.id);
  assert.deepEqual(
    half,
    Array.from({ length: count }, (_, index) => index < 3),
  );

  asked.length = 0;
  await ingest(true, counting);
  assert.deepEqual(
    [...new Set(asked)],
    Array.from({ length: count - 3 }, (_, index) => index + 3),
  );
  assert.deepEqual(slices(), fresh.slices());
  asked.length = 0;
  await ingest(true, counting);
  assert.deepEqual(asked, []);
  close();
  fresh.close();
});
