import assert from "node:assert/strict";
import { test } from "node:test";

import type { CaptureRow } from "../../src/core/records.ts";
import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { openLedger, type Ledger } from "../../src/ledger/open.ts";
import {
  archive,
  sampleCapture,
  sampleDocument,
  sampleSegment,
  sha256,
  skippedCapture,
  temporaryFolder,
} from "./sample-rows.ts";

function withLedger(work: (ledger: Ledger) => void): void {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  registerArchive(ledger, archive, 1n);
  work(ledger);
}

function rowsOf(ledger: Ledger): unknown {
  const tables = ledger
    .statement<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all();
  assert.ok(tables.length > 10);
  return tables.map(({ name }) => [name, ledger.statement(`SELECT * FROM ${name}`).all()]);
}

test("appending the same segment again changes no row of any table and reads no capture", () => {
  withLedger((ledger) => {
    assert.equal(appendSegment(ledger, sampleSegment(0, [sampleCapture(1), skippedCapture(2)])), "appended");
    const before = rowsOf(ledger);
    const untouched: Iterable<CaptureRow> = {
      [Symbol.iterator]: () => assert.fail("captures of a known segment were read"),
    };
    assert.equal(appendSegment(ledger, sampleSegment(0, untouched)), "already-there");
    assert.deepEqual(rowsOf(ledger), before);
  });
});

test("the same slice with another segment is refused and changes nothing", () => {
  withLedger((ledger) => {
    appendSegment(ledger, sampleSegment(0, [sampleCapture(1)]));
    const before = rowsOf(ledger);
    const other = { ...sampleSegment(0, [sampleCapture(2)]), segmentSha256: sha256("other") };
    assert.throws(() => appendSegment(ledger, other), { code: "segment-broken" });
    assert.deepEqual(rowsOf(ledger), before);
  });
});

test("a slice with one byte unaccounted for is refused, by the function and by the table itself", () => {
  withLedger((ledger) => {
    const segment = sampleSegment(0, []);
    const slice = { ...segment.head.slice, lostBytes: 9 };
    assert.throws(() => appendSegment(ledger, { ...segment, head: { ...segment.head, slice } }), {
      code: "slice-unbalanced",
    });
    appendSegment(ledger, segment);
    assert.throws(() => ledger.db.exec("UPDATE slice SET lost_bytes = 9"), /CHECK constraint/);
  });
});

test("a slice in which no record begins is a slice like any other", () => {
  withLedger((ledger) => {
    const segment = sampleSegment(0, []);
    const slice = { ...segment.head.slice, end: 0, recordBytes: 0, lostBytes: 0 };
    assert.equal(appendSegment(ledger, { ...segment, head: { ...segment.head, slice } }), "appended");
  });
});

const contradictions: readonly { readonly name: string; readonly capture: CaptureRow }[] = [
  { name: "a document without its text's row", capture: sampleCapture(1, { document: null }) },
  {
    name: "a skipped capture with a document",
    capture: sampleCapture(1, { outcome: "skipped", reason: "http-status" }),
  },
  { name: "a failed capture without a reason", capture: sampleCapture(1, { outcome: "failed", document: null }) },
  { name: "a document with a reason against it", capture: sampleCapture(1, { reason: "http-status" }) },
  {
    name: "fewer measurements than rules",
    capture: sampleCapture(1, { document: sampleDocument(1, { measurements: [1] }) }),
  },
  { name: "a digest that is too short", capture: sampleCapture(1, { blockSha256: "abcd" }) },
  { name: "a quote of 301 characters", capture: withQuote(301) },
  { name: "an id that is taken", capture: sampleCapture(0) },
];
for (const { name, capture } of contradictions) {
  test(`${name} refuses the whole segment`, () => {
    withLedger((ledger) => {
      appendSegment(ledger, sampleSegment(0, [sampleCapture(0)]));
      const before = rowsOf(ledger);
      assert.throws(() => appendSegment(ledger, sampleSegment(1, [sampleCapture(7), capture])), {
        code: "segment-broken",
      });
      assert.deepEqual(rowsOf(ledger), before);
    });
  });
}

test("a quote of 300 characters is taken", () => {
  withLedger((ledger) => assert.equal(appendSegment(ledger, sampleSegment(0, [withQuote(300)])), "appended"));
});

test("a source of captures that breaks off leaves nothing, and the next append uses no key that was rolled back", () => {
  withLedger((ledger) => {
    const before = rowsOf(ledger);
    function* breaking(): Generator<CaptureRow> {
      yield sampleCapture(1, { mime: "text/x-new" });
      throw new Error("the segment file ended early");
    }
    assert.throws(() => appendSegment(ledger, sampleSegment(0, breaking())), /ended early/);
    assert.deepEqual(rowsOf(ledger), before);
    appendSegment(ledger, sampleSegment(0, [sampleCapture(1, { mime: "text/x-other" })]));
    assert.deepEqual(ledger.statement("SELECT mime FROM captures").all(), [{ mime: "text/x-other" }]);
    assert.deepEqual(ledger.db.pragma("foreign_key_check"), []);
  });
});

test("a segment of an archive that is not registered is refused", () => {
  withLedger((ledger) => {
    const segment = { ...sampleSegment(0, []), archive: sha256("unknown") };
    assert.throws(() => appendSegment(ledger, segment), { code: "not-found" });
  });
});

function withQuote(length: number): CaptureRow {
  const [item] = sampleDocument(1).evidence;
  assert.ok(item !== undefined);
  return sampleCapture(1, { document: sampleDocument(1, { evidence: [{ ...item, quote: "x".repeat(length) }] }) });
}
