import assert from "node:assert/strict";
import { test } from "node:test";

import { appendSegment } from "../../src/ledger/append-segment.ts";
import { documentsForDecisions, replaceDecisions } from "../../src/ledger/decisions.ts";
import { keptDocuments } from "../../src/ledger/kept-documents.ts";
import { byId, policy, withDocuments } from "./sample-ledger.ts";
import { archive, idOf, ruleSet, sampleCapture, sampleDocument, sampleSegment, sha256 } from "./sample-rows.ts";

test("a kept document gives back what the segment said, and the addresses and licences of its copies", () => {
  withDocuments((ledger) => {
    replaceDecisions([ledger], policy, [
      { document: idOf(3), reasons: [] },
      { document: idOf(4), reasons: ["duplicate"] },
    ]);
    const [first, ...rest] = keptDocuments(ledger, policy.sha256);
    assert.deepEqual(rest, []);
    const { key: _, ...kept } = first ?? assert.fail();
    assert.deepEqual(kept, {
      capture: sampleCapture(3),
      archiveName: archive.name,
      ruleSet,
      segmentSha256: sha256("segment 1"),
      position: 0,
      cluster: {
        id: idOf(3),
        size: 2,
        alsoAt: [{ id: idOf(4), url: "https://mirror.example/copy", licence: "NOASSERTION", standing: "current" }],
        licencesDisagree: true,
      },
    });
  });
});

test("record ids and stated digests come back to the letter, however they are stored", () => {
  withDocuments((ledger) => {
    const recordIds = [
      "<urn:uuid:01234567-89AB-cdef-0123-000000000000>",
      "urn:uuid:01234567-89ab-cdef-0123-000000000000",
      "",
      null,
    ];
    const captures = recordIds.map((recordId, index) =>
      sampleCapture(20 + index, {
        recordId,
        statedBlockDigest: recordId,
        statedPayloadDigest: `sha256:${sha256(`payload ${20 + index}`)}`,
      }),
    );
    appendSegment(ledger, sampleSegment(2, captures));
    replaceDecisions(
      [ledger],
      policy,
      [1, 3, 4, 20, 21, 22, 23].map((number) => ({ document: idOf(number), reasons: [] })),
    );
    const kept = [...keptDocuments(ledger, policy.sha256)].map(({ capture }) => capture);
    for (const capture of [sampleCapture(1), sampleCapture(3), sampleCapture(4), ...captures]) {
      const { recordId, statedBlockDigest, statedPayloadDigest } = capture;
      const row = kept.find(({ id }) => id === capture.id);
      assert.deepEqual(
        [row?.recordId, row?.statedBlockDigest, row?.statedPayloadDigest],
        [recordId, statedBlockDigest, statedPayloadDigest],
      );
      assert.deepEqual(
        ledger
          .statement("SELECT record_id, stated_block_digest, stated_payload_digest FROM captures WHERE id = ?")
          .get(capture.id),
        { record_id: recordId, stated_block_digest: statedBlockDigest, stated_payload_digest: statedPayloadDigest },
      );
    }
  });
});

test("numbers measured come back to the last bit", () => {
  withDocuments((ledger) => {
    const values = [0.1 + 0.2, 2 ** 53 - 1];
    appendSegment(
      ledger,
      sampleSegment(2, [
        sampleCapture(9, { document: sampleDocument(9, { measurements: values, languageScore: 1 / 3 }) }),
      ]),
    );
    const { measurements, languageScore } = byId(documentsForDecisions(ledger), 9);
    assert.deepEqual([...measurements, languageScore], [...values, 1 / 3]);
    assert.deepEqual(
      ledger.statement("SELECT value FROM measurements WHERE id = ?").all(idOf(9)),
      values.map((value) => ({ value })),
    );
  });
});

test("views show whole addresses, hex digests and ISO times", () => {
  withDocuments((ledger) => {
    const row = ledger
      .statement("SELECT url, host, captured_at, block_sha256, outcome, block_digest_state FROM captures WHERE id = ?")
      .get(idOf(1));
    assert.deepEqual(row, {
      url: "https://www.example.org:8443/page/1?q=1#x",
      host: "www.example.org",
      captured_at: "2024-02-29T12:00:00.008Z",
      block_sha256: sha256("block 1"),
      outcome: "document",
      block_digest_state: "match",
    });
    for (const [view, rows] of Object.entries({
      archives: 1,
      slices: 2,
      losses: 2,
      problems: 2,
      documents: 3,
      measurements: 6,
      evidence: 2,
      signals: 2,
      clusters: 2,
    })) {
      assert.deepEqual(ledger.statement(`SELECT count(*) AS rows FROM ${view}`).get(), { rows }, view);
    }
  });
});
