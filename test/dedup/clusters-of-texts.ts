import { bandEdges, bandsOfPart } from "../../src/dedup/band-edges.ts";
import { bandKeyOf } from "../../src/dedup/bands.ts";
import { type Cluster, clustersOf } from "../../src/dedup/clusters.ts";
import { distinctTextsOf } from "../../src/dedup/distinct-texts.ts";
import { emptySlot, equalSlots, signatureSlots } from "../../src/dedup/signature.ts";
import { similarityOf } from "../../src/dedup/similarity.ts";

/** Everything is by index, 0 to count - 1. */
export interface TextsToCluster {
  /** Equal for equal texts. */
  readonly exactKeys: readonly string[];
  /** One after the other. */
  readonly signatures: Uint32Array;
  readonly textOf: (index: number) => string;
  readonly compare: (a: number, b: number) => number;
}

/** Clusters documents whose signatures are in memory, the bands in `parts` parts one after the other. */
export async function clustersOfTexts(input: TextsToCluster, parts = 1): Promise<Cluster[]> {
  const { exactKeys, signatures, compare } = input;
  const copies = distinctTextsOf(exactKeys, compare);
  const indexOf = (text: number): number => copies.distinct[text] ?? 0;
  const textOf = (text: number): string => input.textOf(indexOf(text));
  const hasWord = (text: number): boolean => signatures[indexOf(text) * signatureSlots] !== emptySlot;
  const texts = {
    count: copies.distinct.length,
    hasWord,
    keyOf: (text: number, band: number): number => bandKeyOf(signatures, indexOf(text), band),
    equalSlots: (a: number, b: number): number => equalSlots(signatures, indexOf(a), indexOf(b)),
    textOf,
  };
  const edges = [];
  for (let part = 0; part < parts; part++) edges.push(await bandEdges(texts, bandsOfPart(part, parts)));
  return clustersOf(copies, edges, { hasWord, similarity: similarityOf(textOf) });
}
