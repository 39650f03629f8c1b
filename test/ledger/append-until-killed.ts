// Appends one whole segment, then a second one that never ends; says "half" when pages of it are on the disk.
import { statSync } from "node:fs";

import type { CaptureRow } from "../../src/core/records.ts";
import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { archive, sampleCapture, sampleSegment } from "./sample-rows.ts";

const path = process.argv[2] ?? "";
const ledger = openLedger(path, { mode: "write" });
registerArchive(ledger, archive, 1n);
appendSegment(ledger, sampleSegment(0, [sampleCapture(1), sampleCapture(2)]));
const walBytes = statSync(`${path}-wal`).size;
// A cache this small spills unfinished pages to the write-ahead log.
ledger.db.pragma("cache_size = 10");
appendSegment(ledger, sampleSegment(1, endless()));

function* endless(): Generator<CaptureRow> {
  let said = false;
  for (let number = 100; ; number++) {
    yield sampleCapture(number);
    if (said || number % 1000 !== 0 || statSync(`${path}-wal`).size < walBytes + 100_000) continue;
    said = true;
    process.stdout.write("half\n");
  }
}
