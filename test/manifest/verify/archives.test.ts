import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { derivableOf, type Rederive } from "../../../src/manifest/verify/archives.ts";
import { verifyManifest, type VerifyProgress } from "../../../src/manifest/verify/verify.ts";
import { sampleBuild, sampleRows, scratch } from "../sample-manifest.ts";

const count = 20;

test("rows are re-derived in the order of their places, all or a sample that never changes", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const seen: number[][] = [];
  for (const sample of [null, 4, 4, 0, count + 5]) {
    const offsets: number[] = [];
    const rederive: Rederive = (row) => {
      offsets.push(row.archive.offset);
      return { fields: derivableOf(row) };
    };
    const report = await verifyManifest(directory, { sample, rederive });
    assert.equal(report.rederived, offsets.length);
    assert.deepEqual(
      offsets,
      offsets.toSorted((one, other) => one - other),
    );
    seen.push(offsets);
  }
  assert.deepEqual(
    seen.map(({ length }) => length),
    [count, 4, 4, 0, count],
  );
  assert.deepEqual(seen[1], seen[2]);
});

test("what the archive gives otherwise than the row says is found, member by member", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const [first, second] = sampleRows(count);
  assert.ok(first !== undefined && second !== undefined);
  const report = await verifyManifest(directory, {
    rederive: (row) => {
      if (row.id === first.id) return { failure: "crc-mismatch" };
      const fields = derivableOf(row);
      if (row.id !== second.id) return { fields };
      return { fields: { ...fields, digests: { ...fields.digests, textSha256: "0".repeat(64) }, title: "another" } };
    },
  });
  assert.deepEqual(report.disagreements, [
    { what: "archive-failed", where: first.id, expected: "the same document", found: "crc-mismatch" },
    {
      what: "archive-differs",
      where: `${second.id} digests.textSha256`,
      expected: `"${second.digests.textSha256}"`,
      found: `"${"0".repeat(64)}"`,
    },
    {
      what: "archive-differs",
      where: `${second.id} title`,
      expected: JSON.stringify(second.title),
      found: '"another"',
    },
  ]);
});

test("an archive that is missing is one finding, and its rows are not counted as read again", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const asked: boolean[] = [];
  for (const [state, rederived] of [
    ["missing", 0],
    ["changed", count],
  ] as const) {
    const report = await verifyManifest(directory, {
      rederive: (row) => ({ fields: derivableOf(row) }),
      inspect: async (_, allBytes) => {
        asked.push(allBytes);
        return { state, found: "another" };
      },
    });
    assert.deepEqual(
      report.disagreements.map(({ what, found }) => [what, found]),
      [[`archive-${state}`, "another"]],
    );
    assert.equal(report.rederived, rederived);
  }
  await verifyManifest(directory, {
    sample: 1,
    inspect: async (_, allBytes) => {
      asked.push(allBytes);
      return { state: "whole" };
    },
  });
  assert.deepEqual(asked, [true, true, false]);
});

test("an aborted verification stops and says so", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  await assert.rejects(verifyManifest(directory, { signal: AbortSignal.abort() }), { code: "interrupted" });
});

test("progress is told for each row, and for each that is read again, with the numbers there will be", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const told: VerifyProgress[] = [];
  await verifyManifest(directory, {
    sample: 5,
    rederive: (row) => ({ fields: derivableOf(row) }),
    onProgress: (step) => told.push(step),
  });
  const inAll = { archives: 0, archivesInAll: 0, documentsInAll: count, rederivedInAll: 5 };
  assert.equal(told.length, count + 6);
  assert.deepEqual(told[0], { ...inAll, documents: 1, rederived: 0 });
  assert.deepEqual(told.at(-1), { ...inAll, documents: count, rederived: 5 });
});

test("it can be stopped while records are read again", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  const stop = new AbortController();
  const rederive: Rederive = (row) => {
    stop.abort();
    return { fields: derivableOf(row) };
  };
  await assert.rejects(verifyManifest(directory, { rederive, signal: stop.signal }), { code: "interrupted" });
});
