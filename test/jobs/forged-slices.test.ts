import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, suite, test } from "node:test";

import { sliceJob } from "../../src/jobs/slice/contract.ts";
import { sliceHandler } from "../../src/jobs/slice/handler.ts";
import { submitSlices } from "../../src/jobs/slice/submit.ts";
import type { MeasureJob, MeasureResult } from "../../src/measure/measure-slice.ts";
import { threadPool } from "../../src/measure/thread-pool.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import { segmentPath } from "../../src/segment/format.ts";
import { folderStore } from "../../src/store/folder-store.ts";
import { archiveName, segmentName, sliceResultName } from "../../src/store/layout.ts";
import type { Store } from "../../src/store/store.ts";
import { assertBytes } from "../conformance/store-contract.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";
import { forgedSegment, freed } from "./forged-segment.ts";

const software = "colophon test";
const { signal } = new AbortController();
const pool = threadPool(1, software);
after(() => pool[Symbol.asyncDispose]());

/** A store in which all slices of an archive are measured, what they came to, and a way to have one taken again. */
interface Measured extends AsyncDisposable {
  readonly folder: string;
  readonly store: Store;
  readonly jobs: readonly MeasureJob[];
  readonly results: readonly MeasureResult[];
  readonly again: (which: number) => Promise<{ readonly result: MeasureResult; readonly broken: readonly string[] }>;
}

/** @param isBucket a store that, like a bucket, has no files of this machine */
async function measuredStore(isBucket: boolean): Promise<Measured> {
  await using opened = new AsyncDisposableStack();
  const { path: folder } = opened.use(temporaryFolder());
  const archive = archiveOfPages("example.org", 0, 60, 6);
  const path = join(folder, "pages.warc.gz");
  writeFileSync(path, archive);
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const half = Math.ceil(archive.length / 2);
  const jobs = [0, 1].map((index) => {
    const [nominalStart, nominalEnd] = [index * half, Math.min(archive.length, (index + 1) * half)];
    const slice = { archive: sha256, index, nominalStart, nominalEnd, exactStart: null };
    return { slice, path, segments: join(folder, "segments"), poison: [] };
  });
  mkdirSync(join(folder, "store"));
  const plain = folderStore(join(folder, "store"));
  const store = isBucket ? { ...plain, localPath: () => null } : plain;
  const take = async (job: MeasureJob): Promise<{ result: MeasureResult; broken: string[] }> => {
    await using queue = localQueue({ retry: { tries: 1 } });
    queue.consume("slice", sliceHandler({ store, pool, folder, software }), { concurrency: 1 });
    const broken: string[] = [];
    const onBroken = ({ message }: Error): void => void broken.push(message);
    const measurer = submitSlices({ queue, store, software, window: 1, signal, onBroken });
    return { result: await measurer.measure(job), broken };
  };
  const results: MeasureResult[] = [];
  for (const job of jobs) results.push((await take(job)).result);
  const kept = opened.move();
  return {
    folder,
    store,
    jobs,
    results,
    async again(which) {
      const job = jobs[which] ?? assert.fail("no such slice");
      return take({ ...job, segments: join(folder, "taken") });
    },
    [Symbol.asyncDispose]: async () => kept.disposeAsync(),
  };
}

async function replaced(store: Store, name: string, bytes: Buffer): Promise<void> {
  await store.remove(name);
  await store.put(name, bytes);
}

/** What lies in a store, or in a folder of segments, under the name of a result's segment has those bytes. */
async function assertWhole({ store, folder }: Measured, { segment }: MeasureResult): Promise<void> {
  const held = [readFileSync(segmentPath(join(folder, "taken"), segment)), await store.get(segmentName(segment))];
  for (const bytes of held) {
    assert.equal(
      createHash("sha256")
        .update(bytes ?? "")
        .digest("hex"),
      segment,
    );
  }
}

const kinds = [
  ["a bucket", true],
  ["a folder", false],
] as const;

for (const [kind, isBucket] of kinds) {
  suite(`a segment that comes from ${kind}`, () => {
    test("and is a well-formed one of other rows is named, removed and measured again", async () => {
      await using on = await measuredStore(isBucket);
      const [first] = on.results;
      assert.ok(first !== undefined);
      const { bytes } = forgedSegment(join(on.folder, "segments"), first.segment, join(on.folder, "forged"), freed);
      await replaced(on.store, segmentName(first.segment), bytes);
      const { result, broken } = await on.again(0);
      assert.deepEqual(result, first);
      assert.equal(broken.length, 1);
      assert.match(broken[0] ?? "", new RegExp(`^${segmentName(first.segment)} of .* is broken: .*SHA-256`));
      await assertWhole(on, result);
    });

    test("and was cut off, or is empty, no longer blocks its slice", async () => {
      await using on = await measuredStore(isBucket);
      const [first] = on.results;
      assert.ok(first !== undefined);
      const whole = (await on.store.get(segmentName(first.segment))) ?? assert.fail("there is no segment");
      for (const bytes of [whole.subarray(0, -5), Buffer.alloc(0)]) {
        await replaced(on.store, segmentName(first.segment), bytes);
        const { result, broken } = await on.again(0);
        assert.deepEqual(result, first);
        // What was taken by the time before is whole, and needs no other.
        assert.equal(broken.length, bytes.length === 0 ? 0 : 1);
        assert.equal(
          createHash("sha256")
            .update(readFileSync(segmentPath(join(on.folder, "taken"), first.segment)))
            .digest("hex"),
          first.segment,
        );
      }
    });

    test("is taken again when a killed run left another file under its name", async () => {
      await using on = await measuredStore(isBucket);
      const [first] = on.results;
      assert.ok(first !== undefined);
      const path = segmentPath(join(on.folder, "taken"), first.segment);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, readFileSync(segmentPath(join(on.folder, "segments"), first.segment)));
      truncateSync(path, 100);
      assert.deepEqual((await on.again(0)).result, first);
      await assertWhole(on, first);
    });

    test("is not taken for another slice, whose result was copied", async () => {
      await using on = await measuredStore(isBucket);
      const [first, second] = on.results;
      const [own, other] = on.jobs.map(({ slice }) => sliceResultName(sliceJob(slice, software).id));
      assert.ok(first !== undefined && second !== undefined && own !== undefined && other !== undefined);
      await replaced(on.store, own, (await on.store.get(other)) ?? assert.fail("there is no result"));
      const { result, broken } = await on.again(0);
      assert.deepEqual(result, first);
      assert.match(broken[0] ?? "", /is not that of slice 0 of archive .*: it is of slice 1/);
      assert.ok((await on.store.size(segmentName(second.segment))) !== null, "the other's segment is right");
    });

    test("is measured again when its result lies about it, member by member", async () => {
      await using on = await measuredStore(isBucket);
      const [first] = on.results;
      const [job] = on.jobs;
      assert.ok(first !== undefined && job !== undefined);
      const name = sliceResultName(sliceJob(job.slice, software).id);
      const lies: readonly unknown[] = [
        { ...first, begin: first.begin + 1 },
        { ...first, end: first.end + 1 },
        { ...first, empty: true },
        { ...first, outcomes: { ...first.outcomes, document: first.outcomes.document + 1 } },
        { ...first, outcomes: { ...first.outcomes, failed: 1 } },
        { ...first, losses: 1 },
        { ...first, lostBytes: 1 },
        { ...first, problems: first.problems + 1 },
        { ...first, segment: "../../../x" },
        { ...first, segment: undefined },
        { ...first, begin: -1 },
        { ...first, end: 1e300 },
        null,
      ];
      for (const lie of lies) {
        await replaced(on.store, name, Buffer.from(JSON.stringify(lie)));
        const { result, broken } = await on.again(0);
        assert.deepEqual(result, first, JSON.stringify(lie));
        assert.equal(broken.length, 1, JSON.stringify(lie));
      }
    });

    test("is measured again when it says of itself that it is another, under a name of its own", async () => {
      await using on = await measuredStore(isBucket);
      const [first] = on.results;
      const [job] = on.jobs;
      assert.ok(first !== undefined && job !== undefined);
      const name = sliceResultName(sliceJob(job.slice, software).id);
      const changes: readonly (readonly [object, RegExp])[] = [
        [{ slice: { archive: "ab".repeat(32) } }, /it is of archive abab/],
        [{ slice: { index: 5 } }, /it is of slice 5/],
        [{ software: "colophon 9" }, /measured by colophon 9/],
        [{ build: undefined }, /measured by build that it does not name, not by [0-9a-f]{16}/],
        [{ build: { id: "0".repeat(16), revisions: {} } }, /measured by build 0{16}, not by/],
        [{ slice: { recordBytes: 0 } }, /are accounted for/],
        [{ slice: { end: first.begin + 10, recordBytes: 10 } }, /it covers bytes/],
        [{ slice: { end: 1e9, recordBytes: 1e9 } }, /it covers bytes/],
        [{ format: "colophon-segment/9" }, /footer that is none/],
      ];
      for (const [change, words] of changes) {
        const { slice = {}, ...rest } = change as { slice?: object };
        const forged = forgedSegment(join(on.folder, "segments"), first.segment, join(on.folder, "forged"), {
          head: (head) => ({ ...head, ...rest, slice: { ...head.slice, ...slice } }),
        });
        await replaced(on.store, segmentName(forged.digest), forged.bytes);
        await replaced(on.store, name, Buffer.from(JSON.stringify({ ...first, segment: forged.digest })));
        const { result, broken } = await on.again(0);
        assert.deepEqual(result, first, words.source);
        assert.match(broken[0] ?? "", words);
      }
    });
  });

  suite(`an archive in ${kind}`, () => {
    test("that is another than its name says is named and replaced before it is read", async () => {
      await using on = await measuredStore(isBucket);
      const [job] = on.jobs;
      const [first] = on.results;
      assert.ok(first !== undefined && job !== undefined);
      const name = archiveName(job.slice.archive);
      const whole = readFileSync(job.path);
      for (const other of [archiveOfPages("evil.example", 900, 80, 6), whole.subarray(0, 1000)]) {
        await replaced(on.store, name, other);
        await on.store.remove(sliceResultName(sliceJob(job.slice, software).id));
        const { result, broken } = await on.again(0);
        assert.deepEqual(result, first);
        assert.match(broken.join("\n"), new RegExp(`^${name} of .* is broken`));
        assertBytes(await on.store.get(name), whole);
      }
    });
  });
}
