import { inSegmentOrder, locationOf, ranksOf } from "../../core/text-order.ts";
import { bandEdges, bandsOfPart } from "../../dedup/band-edges.ts";
import { bandKeyOf } from "../../dedup/bands.ts";
import { emptySlot, equalSlots, signatureSlots } from "../../dedup/signature.ts";
import type { TextStore } from "../../segment/read.ts";
import type { BandRunner } from "./contract.ts";

/** Finds the pairs in this process, all signatures in memory: 512 bytes a text. */
export function localBands(store: Pick<TextStore, "text" | "signature">): BandRunner {
  return async (texts) => {
    const signatures = new Uint32Array(texts.length * signatureSlots);
    const order = inSegmentOrder(texts);
    const ranks = ranksOf(order);
    for (const textIndex of order) {
      const { segmentSha256, position } = locationOf(texts, textIndex);
      store.signature(segmentSha256, position, signatures, textIndex * signatureSlots);
    }
    const edges = await bandEdges(
      {
        count: texts.length,
        hasWord: (textIndex) => signatures[textIndex * signatureSlots] !== emptySlot,
        keyOf: (textIndex, band) => bandKeyOf(signatures, textIndex, band),
        rankOf: (textIndex) => ranks[textIndex] ?? 0,
        equalSlots: (a, b) => equalSlots(signatures, a, b),
        textOf: (textIndex) => {
          const { segmentSha256, position } = locationOf(texts, textIndex);
          return store.text(segmentSha256, position);
        },
      },
      bandsOfPart(0, 1),
    );
    return [edges];
  };
}
