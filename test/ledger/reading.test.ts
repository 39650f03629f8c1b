import assert from "node:assert/strict";
import { test } from "node:test";

import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { storyOf } from "../../src/ledger/capture-history.ts";
import { documentsForClustering, replaceClusters } from "../../src/ledger/clusters.ts";
import { type UnjudgedDocument, documentsForDecisions, replaceDecisions } from "../../src/ledger/decisions.ts";
import { funnel } from "../../src/ledger/funnel.ts";
import { keptDocuments } from "../../src/ledger/kept-documents.ts";
import { openLedger } from "../../src/ledger/open.ts";
import { byId, policy, withDocuments } from "./sample-ledger.ts";
import { archive, idOf, ruleSet, sampleCapture, sampleSegment, sha256, temporaryFolder } from "./sample-rows.ts";

test("documents for clustering come in order of id with their place in the segment, skipped captures counted", () => {
  withDocuments((ledger) => {
    const rows = [...documentsForClustering(ledger)];
    assert.deepEqual(
      rows.map(({ id }) => id),
      [idOf(1), idOf(3), idOf(4)].sort(),
    );
    assert.deepEqual(byId(rows, 4), {
      id: idOf(4),
      textSha256: sha256("text 4"),
      licence: "NOASSERTION",
      capturedAt: null,
      canonicalUrl: "https://www.example.org/page/3",
      url: "https://mirror.example/copy",
      segmentSha256: sha256("segment 1"),
      position: 1,
    });
  });
});

test("more documents than one page holds all come, once each, in order, while the same ledger is written to", () => {
  using folder = temporaryFolder();
  using ledger = openLedger(folder.ledgerPath, { mode: "write" });
  registerArchive(ledger, archive, 1n);
  const numbers = Array.from({ length: 2001 }, (_, index) => index);
  appendSegment(
    ledger,
    sampleSegment(
      0,
      numbers.map((number) => sampleCapture(number)),
    ),
  );
  const decisions = function* (): Generator<{ document: string; reasons: string[] }> {
    for (const { id } of documentsForDecisions(ledger)) yield { document: id, reasons: [] };
  };
  replaceDecisions([ledger], policy, decisions());
  assert.deepEqual(
    [...keptDocuments(ledger, policy.sha256)].map(({ capture }) => capture.id),
    numbers.map(idOf).sort(),
  );
  assert.deepEqual(
    [...documentsForClustering(ledger)].map(({ id }) => id),
    numbers.map(idOf).sort(),
  );
});

test("documents for decisions carry all that a policy looks at", () => {
  withDocuments((ledger) => {
    const rows = [...documentsForDecisions(ledger)];
    const expected: Omit<UnjudgedDocument, "key"> = {
      recordType: "response",
      refersTo: null,
      standing: "current",
      id: idOf(1),
      url: "https://www.example.org:8443/page/1?q=1#x",
      host: "www.example.org",
      canonicalUrl: "https://www.example.org:8443/page/1?q=1#x",
      capturedAt: sampleCapture(1).capturedAt,
      truncated: null,
      language: "en",
      languageScore: 0.75,
      licence: "CC-BY-4.0",
      ruleSet: [...ruleSet],
      measurements: [20, null],
      signals: [{ kind: "meta-robots", preference: "index", value: null, agent: "*" }],
      cluster: null,
    };
    const { key: _, ...found } = byId(rows, 1);
    assert.deepEqual(found, expected);
    assert.equal(byId(rows, 4).cluster, idOf(3));
    assert.equal(byId(rows, 1).ruleSet, byId(rows, 4).ruleSet, "one array a rule set");
  });
});

test("clusters and decisions are replaced as a whole, policies stand side by side", () => {
  withDocuments((ledger) => {
    const other = { ...policy, sha256: sha256("other"), name: "other" };
    replaceDecisions([ledger], policy, [
      { document: idOf(1), reasons: [] },
      { document: idOf(3), reasons: ["truncated"] },
    ]);
    replaceDecisions([ledger], other, [{ document: idOf(4), reasons: [] }]);
    replaceDecisions([ledger], policy, [{ document: idOf(3), reasons: [] }]);
    replaceClusters([ledger], []);
    assert.deepEqual(
      [...keptDocuments(ledger, policy.sha256)].map(({ capture, cluster }) => [capture.id, cluster]),
      [[idOf(3), null]],
    );
    assert.deepEqual(
      [...keptDocuments(ledger, other.sha256)].map(({ capture }) => capture.id),
      [idOf(4)],
    );
    assert.deepEqual(
      ledger.statement("SELECT lower(hex(sha256)) AS sha256, name, text FROM policy ORDER BY sha256").all(),
      [policy, other].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)),
    );
  });
});

test("a cluster or decision about what is no document is refused and the old ones stay", () => {
  withDocuments((ledger) => {
    replaceDecisions([ledger], policy, [{ document: idOf(1), reasons: [] }]);
    const before = ledger.statement("SELECT * FROM clusters").all();
    assert.equal(before.length, 2);
    assert.throws(() => replaceClusters([ledger], [{ representative: idOf(2), members: [] }]), { code: "not-found" });
    assert.throws(() => replaceDecisions([ledger], policy, [{ document: idOf(2), reasons: [] }]), {
      code: "not-found",
    });
    assert.deepEqual(ledger.statement("SELECT * FROM clusters").all(), before);
    assert.equal([...keptDocuments(ledger, policy.sha256)].length, 1);
  });
});

test("the funnel accounts for every capture, counts every reason, and names documents no policy has seen", () => {
  withDocuments((ledger) => {
    replaceDecisions([ledger], policy, [
      { document: idOf(3), reasons: [] },
      { document: idOf(4), reasons: ["licence:X", "duplicate"] },
    ]);
    assert.deepEqual(funnel(ledger, policy.sha256), {
      captures: 4,
      outcomes: { document: 3, duplicate: 0, skipped: 1, failed: 0 },
      reasons: { duplicate: {}, skipped: { "media-type": 1 }, failed: {} },
      documents: 3,
      kept: 1,
      refused: 1,
      refusedReasons: { duplicate: 1, "licence:X": 1 },
      undecided: 1,
    });
    assert.equal(funnel(ledger, sha256("never applied")).undecided, 3);
  });
});

test("a story is found by id, by the beginning of one and by address, and holds all there is", () => {
  withDocuments((ledger) => {
    replaceDecisions([ledger], policy, [{ document: idOf(3), reasons: [] }]);
    const [story, ...rest] = storyOf([ledger], sampleCapture(3).url);
    assert.deepEqual(rest, []);
    assert.deepEqual(storyOf([ledger], idOf(3)), [story]);
    assert.deepEqual(storyOf([ledger], idOf(3).slice(0, 8).toUpperCase()), [story]);
    assert.equal(story?.capture["captured_at"], "2024-02-29T12:00:00.010Z");
    assert.equal(story?.document?.["licence"], "CC-BY-4.0");
    assert.deepEqual(story?.paths, [archive.path]);
    assert.deepEqual(
      [story?.measurements.length, story?.evidence.length, story?.signals.length, story?.cluster.length],
      [2, 1, 1, 2],
    );
    const decision = { policy: "first", policy_sha256: policy.sha256, kept: 1, reasons: "[]", is_current: 1 };
    assert.deepEqual(story?.decisions, [decision]);
    const [skipped] = storyOf([ledger], idOf(2));
    assert.deepEqual([skipped?.document, skipped?.capture["reason"]], [null, "media-type"]);
    assert.deepEqual(storyOf([ledger], "https://www.example.org/absent"), []);
  });
});
