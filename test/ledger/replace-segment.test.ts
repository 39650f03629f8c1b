import assert from "node:assert/strict";
import { test } from "node:test";

import { buildIdOf } from "../../src/core/build/build-id.ts";
import { appendSegment, type SegmentInput } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { archivesOfOtherBuilds, buildShares, keptBuilds } from "../../src/ledger/builds.ts";
import { replaceClusters } from "../../src/ledger/clusters.ts";
import { replaceDecisions } from "../../src/ledger/decisions.ts";
import { openLedger, type Ledger } from "../../src/ledger/open.ts";
import { tablesOfSlices } from "../../src/ledger/remove-slice.ts";
import { policy } from "./sample-ledger.ts";
import { archive, idOf, sampleCapture, sampleDocument, sampleSegment, sha256, temporaryFolder } from "./sample-rows.ts";

const revisions = { "stage/charset": 2, "data/model": "ab" };
const build = { id: buildIdOf(revisions), revisions };

function withLedger(work: (ledger: Ledger) => void): void {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  registerArchive(ledger, archive, 1n);
  work(ledger);
}

const from = { crawl: "CC-1", subset: "warc", file: "f", offset: 1, length: 9, digest: null, index: {} };
const robots = {
  siteFile: { kind: "robots-txt", text: "User-agent: *" },
  outcome: "skipped",
  reason: "robots-txt",
} as const;

/** As an older program measured it: documents 1 and 2, a file of their site, and 3 and 4 behind them. */
function oldSegments(): SegmentInput[] {
  const [first] = [1].map((number) => sampleCapture(number));
  assert.ok(first !== undefined);
  const copies = [{ capture: first.id, recordId: first.recordId ?? "", from }];
  return [
    sampleSegment(0, [first, sampleCapture(2), sampleCapture(9, { ...robots, document: null })]),
    // The record behind a capture says where it was copied from: here it lies in the next slice.
    sampleSegment(1, [sampleCapture(3), sampleCapture(4)], { copies }),
  ];
}

/** The first slice as another program measures it: 2 is no document any more, and 5 has come. */
function newSegment(captures = [1, 5]): SegmentInput {
  const rows = captures.map((number) => sampleCapture(number, { document: sampleDocument(number, { title: "New" }) }));
  const skipped = sampleCapture(2, { outcome: "skipped", reason: "media-type", document: null });
  return { ...sampleSegment(0, [...rows, skipped], { build }), segmentSha256: sha256("new"), replaces: true };
}

function seen(ledger: Ledger): unknown {
  const rows = (sql: string): string[] =>
    ledger
      .statement(sql)
      .all()
      .map((row) => JSON.stringify(row))
      .sort();
  return [
    "SELECT id, url, position, outcome, segment_sha256 FROM captures",
    "SELECT id, title FROM documents",
    "SELECT id, kind, quote FROM evidence",
    "SELECT id, kind, quote FROM signals",
    "SELECT id, rule, value FROM measurements",
    "SELECT id, text FROM site_files",
    "SELECT * FROM losses",
    "SELECT * FROM problems",
    "SELECT slice, segment_sha256, captures, documents, build FROM slices",
    "SELECT id, crawl FROM copies",
  ].map(rows);
}

test("a segment that replaces another leaves what it would have left alone, and all references hold", () => {
  withLedger((ledger) => {
    for (const segment of oldSegments()) appendSegment(ledger, segment);
    const documents = [1, 2, 3, 4].map((number) => ({ document: idOf(number), reasons: [] }));
    replaceDecisions([ledger], policy, documents);
    const members = [1, 3].map((number) => ({ id: idOf(number), similarity: 1 }));
    replaceClusters([ledger], [{ representative: idOf(1), members }]);
    assert.equal(appendSegment(ledger, newSegment()), "appended");
    assert.deepEqual(ledger.db.pragma("foreign_key_check"), []);
    assert.equal(ledger.db.pragma("foreign_keys", { simple: true }), 1);
    withLedger((fresh) => {
      appendSegment(fresh, newSegment());
      for (const segment of oldSegments().slice(1)) appendSegment(fresh, segment);
      assert.deepEqual(seen(ledger), seen(fresh));
    });
    const decided = ledger.statement<{ id: string }>("SELECT id FROM decisions ORDER BY id").all();
    assert.deepEqual(
      decided.map(({ id }) => id),
      [3, 4].map(idOf).toSorted(),
    );
    assert.deepEqual(ledger.statement("SELECT * FROM clusters").all(), []);
    assert.equal(appendSegment(ledger, newSegment()), "already-there");
  });
});

test("a capture that the slice behind it had until then is in the ledger once", () => {
  withLedger((ledger) => {
    for (const segment of oldSegments()) appendSegment(ledger, segment);
    appendSegment(ledger, newSegment([1, 5, 3]));
    const slices = ledger.statement("SELECT slice, captures, documents FROM slices ORDER BY slice").all();
    assert.deepEqual(slices, [
      { slice: 0, captures: 4, documents: 3 },
      { slice: 1, captures: 1, documents: 1 },
    ]);
    assert.deepEqual(ledger.db.pragma("foreign_key_check"), []);
    // Its own turn comes with what it has now, though the keys of its captures have a gap.
    const behind = sampleSegment(1, [sampleCapture(4)], { build });
    appendSegment(ledger, { ...behind, segmentSha256: sha256("behind"), replaces: true });
    assert.equal(ledger.statement("SELECT id FROM captures").all().length, 5);
    assert.deepEqual(ledger.db.pragma("foreign_key_check"), []);
  });
});

test("every table that refers to captures, documents or slices is emptied with them", () => {
  withLedger((ledger) => {
    const parents = new Set(["capture", "document", "slice"]);
    const tables = ledger
      .statement<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => name);
    const referring = tables.filter((name) =>
      (ledger.db.pragma(`foreign_key_list(${name})`) as { table: string }[]).some(({ table }) => parents.has(table)),
    );
    assert.ok(referring.length > 8);
    assert.deepEqual(new Set(referring).difference(new Set(tablesOfSlices)), new Set());
  });
});

test("the ledger knows what each build measured, and what of it a policy keeps", () => {
  withLedger((ledger) => {
    for (const segment of oldSegments()) appendSegment(ledger, segment);
    assert.deepEqual(buildShares([ledger]), [{ build: null, archives: 1, slices: 2, documents: 4 }]);
    appendSegment(ledger, newSegment());
    assert.deepEqual(buildShares([ledger]), [
      { build: null, archives: 1, slices: 1, documents: 2 },
      { build: build.id, archives: 1, slices: 1, documents: 2 },
    ]);
    assert.deepEqual(archivesOfOtherBuilds(ledger, build.id), [
      { sha256: archive.sha256, name: archive.name, bytes: 3000 },
    ]);
    const kept = [1, 3, 5].map((number) => ({ document: idOf(number), reasons: [] }));
    replaceDecisions([ledger], policy, [...kept, { document: idOf(4), reasons: ["language"] }]);
    assert.deepEqual(keptBuilds(ledger, policy.sha256), [
      { id: null, documents: 1, revisions: null },
      { ...build, documents: 2 },
    ]);
    assert.deepEqual(ledger.statement("SELECT part, revision FROM builds ORDER BY part").all(), [
      { part: "data/model", revision: "ab" },
      { part: "stage/charset", revision: 2 },
    ]);
  });
});

test("a segment whose build is not the digest of its revisions is refused", () => {
  withLedger((ledger) => {
    const forged = { id: build.id, revisions: { ...revisions, "stage/charset": 3 } };
    assert.throws(() => appendSegment(ledger, sampleSegment(0, [], { build: forged })), { code: "segment-broken" });
  });
});
