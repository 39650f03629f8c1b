import { bandEdges, bandsOfPart } from "../../dedup/band-edges.ts";
import { bandKeyOf } from "../../dedup/bands.ts";
import { emptySlot, equalSlots, signatureSlots } from "../../dedup/signature.ts";
import type { BandRunner } from "./contract.ts";
import { inSegmentOrder, ranksOf, type TextPlace } from "./snapshot-codec.ts";
import type { TextStore } from "../../segment/texts.ts";

/** Finds the pairs in this process, all signatures in memory: 512 bytes a text. */
export function localBands(store: Pick<TextStore, "text" | "signature">): BandRunner {
  return async (texts) => {
    const signatures = new Uint32Array(texts.length * signatureSlots);
    const order = inSegmentOrder(texts);
    const ranks = ranksOf(order);
    for (const text of order) {
      const { segmentSha256, position } = placeOf(texts, text);
      store.signature(segmentSha256, position, signatures, text * signatureSlots);
    }
    const edges = await bandEdges(
      {
        count: texts.length,
        hasWord: (text) => signatures[text * signatureSlots] !== emptySlot,
        keyOf: (text, band) => bandKeyOf(signatures, text, band),
        rankOf: (text) => ranks[text] ?? 0,
        equalSlots: (a, b) => equalSlots(signatures, a, b),
        textOf: (text) => {
          const { segmentSha256, position } = placeOf(texts, text);
          return store.text(segmentSha256, position);
        },
      },
      bandsOfPart(0, 1),
    );
    return [edges];
  };
}

function placeOf(texts: readonly TextPlace[], text: number): TextPlace {
  const place = texts[text];
  if (place === undefined) throw new RangeError(`no text ${text}`);
  return place;
}
