import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { bandCount, bandKeyOf } from "../../src/dedup/bands.ts";
import { bucketsOf } from "../../src/dedup/buckets.ts";
import { signatureSlots } from "../../src/dedup/signature.ts";

test("a changed slot changes the key of its own band and of no other", () => {
  const signature = Uint32Array.from({ length: signatureSlots }, (_, slot) => Math.imul(slot + 1, 0x9e3779b1));
  for (let slot = 0; slot < bandCount * 6; slot++) {
    const changed = signature.with(slot, 7);
    for (let band = 0; band < bandCount; band++) {
      const same = bandKeyOf(signature, 0, band) === bandKeyOf(changed, 0, band);
      assert.equal(same, band !== Math.floor(slot / 6));
    }
  }
});

test("two bands of equal slots have different keys", () => {
  const keys = Array.from({ length: bandCount }, (_, band) => bandKeyOf(new Uint32Array(signatureSlots), 0, band));
  assert.equal(new Set(keys).size, bandCount);
});

test("a bucket holds all documents of one key in the given order, and no document that is alone", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 8 })), (kinds) => {
      const signatures = new Uint32Array(kinds.length * signatureSlots);
      for (const [document, kind] of kinds.entries()) {
        signatures.fill(kind, document * signatureSlots, (document + 1) * signatureSlots);
      }
      const documents = Int32Array.from(kinds.keys()).toReversed();
      const found = Array.from(
        bucketsOf((document) => bandKeyOf(signatures, document, 3), documents),
        (bucket) => Array.from(bucket).join(),
      );
      const expected = Array.from(new Set(kinds), (kind) => documents.filter((document) => kinds[document] === kind))
        .filter(({ length }) => length > 1)
        .map((bucket) => Array.from(bucket).join());
      assert.deepEqual(found.toSorted(), expected.toSorted());
    }),
  );
});

test("buckets come by the rank of their first document", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key: fc.nat({ max: 20 }), rank: fc.nat() })), (all) => {
      const documents = Int32Array.from(all.keys());
      const rankOf = (document: number): number => all[document]?.rank ?? 0;
      const ranks = Array.from(
        bucketsOf((document) => all[document]?.key ?? 0, documents, rankOf),
        ([first]) => rankOf(first ?? -1),
      );
      assert.deepEqual(
        ranks,
        ranks.toSorted((a, b) => a - b),
      );
    }),
  );
});
