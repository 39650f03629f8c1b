import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import * as fc from "fast-check";

import type { Policy } from "../../src/core/decisions.ts";
import { clusterDocuments } from "../../src/pipeline/cluster.ts";
import { decideDocuments } from "../../src/pipeline/recipe.ts";
import { sentences } from "../fixtures/archive-of-pages.ts";
import { sha256 } from "../ledger/sample-rows.ts";
import { lenient } from "../policy/sample-policy.ts";
import { collect, corpusIn, statedArchives, temporaryPlace } from "./corpus-in-partitions.ts";

const licences = [
  "CC0-1.0",
  "CC-BY-4.0",
  "CC-BY-SA-4.0",
  "CC-BY-NC-4.0",
  "NOASSERTION",
  "LicenseRef-AllRightsReserved",
];

const captures = fc.array(
  fc.record({
    host: fc.constantFrom("one.example", "two.example", "three.example"),
    text: fc.constantFrom(sentences(1, 6), sentences(2, 6)),
    licence: fc.constantFrom(...licences),
    capturedAt: fc.constantFrom(1, 2, null),
    canonical: fc.boolean(),
  }),
  { minLength: 2, maxLength: 12 },
);

interface Member {
  readonly cluster: string;
  readonly id: string;
  readonly licence: string;
  readonly kept: number;
}

/** Keeps one copy of each text, and only what one of these licences allows. */
function policyThatAllows(allowed: readonly string[]): Policy {
  const noAssertion = allowed.includes("NOASSERTION") ? "keep" : "refuse";
  return {
    ...lenient,
    licences: { families: [], ids: allowed.filter((id) => id !== "NOASSERTION"), noAssertion, inCluster: "own" },
    duplicates: "keep-one",
  };
}

test("under any policy that allows the licence of a cluster's representative, the kept copy is the representative", async () => {
  let clusters = 0;
  await fc.assert(
    fc.asyncProperty(captures, fc.subarray(licences, { minLength: 1 }), async (stated, allowed) => {
      using place = temporaryPlace();
      const segments = join(place.path, "segments");
      const archives = statedArchives(segments, [[stated]]);
      using corpus = await corpusIn(join(place.path, "corpus"), segments, 1);
      collect(corpus, archives);
      await clusterDocuments(corpus);
      const policy = policyThatAllows(allowed);
      const text = JSON.stringify(policy);
      decideDocuments(corpus, { policy, text, sha256: sha256(text) });
      const members = corpus.ledgers.flatMap((ledger) =>
        ledger
          .statement<Member>(
            "SELECT c.cluster, c.id, c.licence, d.kept FROM clusters c JOIN decisions d ON d.key = c.key",
          )
          .all(),
      );
      for (const { cluster, licence } of members.filter((one) => one.id === one.cluster)) {
        if (!allowed.includes(licence)) continue;
        clusters++;
        const kept = members.filter((one) => one.cluster === cluster && one.kept === 1).map(({ id }) => id);
        assert.deepEqual(kept, [cluster]);
      }
    }),
    { numRuns: 40 },
  );
  assert.ok(clusters > 5, `only ${clusters} clusters were judged: the property says next to nothing`);
});
