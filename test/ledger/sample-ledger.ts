import assert from "node:assert/strict";

import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { replaceClusters } from "../../src/ledger/clusters.ts";
import { openLedger, type Ledger } from "../../src/ledger/open.ts";
import {
  archive,
  idOf,
  sampleCapture,
  sampleDocument,
  sampleSegment,
  sha256,
  skippedCapture,
  temporaryFolder,
} from "./sample-rows.ts";

export const policy = { sha256: sha256("policy"), name: "first", text: "{}" };

/** Documents 1, 3 and 4; 2 is skipped. 3 and 4 are near-duplicates under licences that disagree. */
export function withDocuments(work: (ledger: Ledger) => void): void {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  registerArchive(ledger, archive, 1n);
  const other = sampleCapture(4, {
    url: "https://mirror.example/copy",
    capturedAt: null,
    document: sampleDocument(4, {
      licence: "NOASSERTION",
      evidence: [],
      signals: [],
      measurements: [0.1, 5],
      canonicalUrl: "https://www.example.org/page/3",
    }),
  });
  appendSegment(
    ledger,
    sampleSegment(0, [
      sampleCapture(1, { document: sampleDocument(1, { canonicalUrl: sampleCapture(1).url }) }),
      skippedCapture(2),
    ]),
  );
  appendSegment(ledger, sampleSegment(1, [sampleCapture(3), other]));
  replaceClusters(
    [ledger],
    [
      {
        representative: idOf(3),
        members: [
          { id: idOf(3), similarity: 1 },
          { id: idOf(4), similarity: 0.9 },
        ],
      },
    ],
  );
  work(ledger);
}

export function byId<Row extends { readonly id: string }>(rows: Iterable<Row>, number: number): Row {
  const row = [...rows].find(({ id }) => id === idOf(number));
  assert.ok(row !== undefined);
  return row;
}
