import assert from "node:assert/strict";
import { test } from "node:test";

import { appendSegment } from "../../src/ledger/append-segment.ts";
import { archiveByPath, archivePaths, archiveTotals, registerArchive, slicesOf } from "../../src/ledger/archives.ts";
import { openLedger, type Ledger } from "../../src/ledger/open.ts";
import { archive, sampleCapture, sampleSegment, sha256, skippedCapture, temporaryFolder } from "./sample-rows.ts";

// Above 2^53: a time of change must not be rounded on its way.
const mtimeNs = 1_700_000_000_123_456_789n;

function withLedger(work: (ledger: Ledger) => void): void {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  work(ledger);
}

test("an archive is found by its digest, and by its path only while size and time of change are the same", () => {
  withLedger((ledger) => {
    assert.deepEqual(archivePaths(ledger, archive.sha256), []);
    assert.deepEqual(registerArchive(ledger, archive, mtimeNs), archive);
    assert.deepEqual(archivePaths(ledger, archive.sha256), [archive.path]);
    assert.deepEqual(archiveByPath(ledger, archive.path, { bytes: 3000, mtimeNs }), archive);
    assert.equal(archiveByPath(ledger, archive.path, { bytes: 3000, mtimeNs: mtimeNs + 1n }), null);
    assert.equal(archiveByPath(ledger, archive.path, { bytes: 3001, mtimeNs }), null);
    assert.equal(archiveByPath(ledger, "/elsewhere", { bytes: 3000, mtimeNs }), null);
  });
});

test("the same bytes at another path are the same archive, with the slices it was first cut into and the smaller name", () => {
  const moved = { ...archive, name: "moved.warc.gz", path: "/moved.warc.gz", sliceBytes: 500, sliceCount: 6 };
  withLedger((ledger) => {
    registerArchive(ledger, archive, mtimeNs);
    assert.deepEqual(registerArchive(ledger, moved, 5n), { ...archive, name: moved.name, path: moved.path });
    assert.equal(archiveTotals([ledger]).length, 1);
  });
  withLedger((ledger) => {
    registerArchive(ledger, moved, 5n);
    assert.deepEqual(registerArchive(ledger, archive, mtimeNs), { ...moved, path: archive.path });
  });
});

test("other bytes at the same path are another archive", () => {
  withLedger((ledger) => {
    registerArchive(ledger, archive, mtimeNs);
    const changed = { ...archive, sha256: sha256("changed"), bytes: 4000 };
    assert.deepEqual(registerArchive(ledger, changed, 5n), changed);
    assert.deepEqual(archiveByPath(ledger, archive.path, { bytes: 4000, mtimeNs: 5n }), changed);
    assert.equal(archiveTotals([ledger]).length, 2);
  });
});

test("slices come back in order with the bytes they cover, and totals add up over them", () => {
  withLedger((ledger) => {
    registerArchive(ledger, archive, mtimeNs);
    assert.deepEqual(slicesOf(ledger, archive.sha256), []);
    appendSegment(ledger, sampleSegment(1, [sampleCapture(2), skippedCapture(3)]));
    appendSegment(ledger, sampleSegment(0, [sampleCapture(1)]));
    assert.deepEqual(slicesOf(ledger, archive.sha256), [
      { index: 0, begin: 0, end: 1000, segmentSha256: sha256("segment 0"), build: null },
      { index: 1, begin: 1000, end: 2000, segmentSha256: sha256("segment 1"), build: null },
    ]);
    const { sha256: digest, name, bytes } = archive;
    assert.deepEqual(archiveTotals([ledger]), [
      {
        name,
        sha256: digest,
        bytes,
        slices: 3,
        slicesMeasured: 2,
        recordBytes: 1980,
        lostBytes: 20,
        captures: 3,
        documents: 2,
      },
    ]);
    assert.throws(() => slicesOf(ledger, sha256("unknown")), { code: "not-found" });
  });
});
