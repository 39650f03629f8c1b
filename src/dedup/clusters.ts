import { bandCount } from "./bands.ts";
import { bucketsOf } from "./buckets.ts";
import { emptySlot, equalSlots, signatureSlots } from "./signature.ts";
import { type Similarity, similarityOf } from "./similarity.ts";
import { unionOf } from "./union.ts";

/** Everything is by index, 0 to count - 1. */
export interface ClusterInput {
  /** Equal for equal texts. */
  readonly exactKeys: readonly string[];
  /** `count * 128` slots, as `signatureOf` gives them. */
  readonly signatures: Uint32Array;
  /** Reads a text again; asked for candidates only, most of them once. */
  readonly textOf: (index: number) => string;
  /** Total order of claims, the best first. It must not depend on the indexes themselves. */
  readonly compare: (a: number, b: number) => number;
}

export interface Cluster {
  /** The member with the best claim. */
  readonly representative: number;
  /** By claim, the representative first. `similarity` is the exact Jaccard similarity to the representative. */
  readonly members: readonly ClusterMember[];
}

interface ClusterMember {
  readonly index: number;
  readonly similarity: number;
  /** `exact`: the same text as the representative's. */
  readonly kind: "exact" | "near";
}

/**
 * In a bucket of at most so many documents every pair is looked at. In a larger one, which only a template makes, each
 * document meets the first so many that joined none before them: the cost of a bucket stays linear in its size.
 */
const anchorsOfBucket = 32;

/** Pairs found too different that are remembered, so that the next band does not read their texts again. */
const rememberedPairs = 1 << 20;

/**
 * Clusters of equal and of similar texts; whoever is like nobody is left out, and so are texts without a word.
 *
 * Equal texts are one; of them the one with the best claim speaks for all. Two texts that share a band, and whose
 * signatures do not rule it out, are compared exactly; those of at least `threshold` are joined, and what is joined
 * through others is one cluster (single linkage). The same documents give the same clusters in whatever order they come.
 *
 * Memory beside the input: about 160 bytes a document at a million of them, most for the map of exact keys, and at most
 * 64 MB of shingles and 50 MB of refused pairs. Banding takes about 4 microseconds a document.
 */
export function clustersOf(
  input: ClusterInput,
  params: { readonly threshold: number } = { threshold: 0.8 },
): Cluster[] {
  const { exactKeys, signatures } = input;
  const byClaim = Int32Array.from(exactKeys.keys()).sort(input.compare);
  const ranks = new Int32Array(byClaim.length);
  for (let rank = 0; rank < byClaim.length; rank++) ranks[byClaim[rank] ?? 0] = rank;
  const speakers = speakersOf(byClaim, input);
  const similarity = similarityOf(input.textOf);
  const joined = unionOf(byClaim.length);
  const leastSlots = leastEqualSlots(params.threshold);
  const refused = new Set<number>();

  const rankOf = (index: number): number => ranks[index] ?? 0;
  const areSimilar = (a: number, b: number): boolean => {
    if (equalSlots(signatures, a, b) < leastSlots) return false;
    const pair = rankOf(a) * byClaim.length + rankOf(b);
    if (refused.has(pair)) return false;
    if (similarity(a, b, params.threshold) >= params.threshold) return true;
    if (refused.size < rememberedPairs) refused.add(pair);
    return false;
  };

  const distinct = byClaim.filter((index) => speakers[index] === index);
  for (let band = 0; band < bandCount; band++) {
    for (const bucket of bucketsOf(signatures, distinct, band)) {
      const anchors: number[] = [];
      for (const index of bucket) {
        let alone = true;
        for (const anchor of anchors) {
          if (joined.leastOf(rankOf(anchor)) === joined.leastOf(rankOf(index))) alone = false;
          else if (areSimilar(anchor, index)) {
            joined.join(rankOf(anchor), rankOf(index));
            alone = false;
          }
        }
        if (anchors.length < anchorsOfBucket && (alone || bucket.length <= anchorsOfBucket)) anchors.push(index);
      }
    }
  }
  return gathered(byClaim, speakers, (index) => byClaim[joined.leastOf(rankOf(index))] ?? 0, similarity);
}

/** For each document the one of the same text with the best claim, -1 when the text has no word. */
function speakersOf(byClaim: Int32Array, { exactKeys, signatures }: ClusterInput): Int32Array {
  const speakers = new Int32Array(byClaim.length).fill(-1);
  const known = new Map<string, number>();
  for (const index of byClaim) {
    if (signatures[index * signatureSlots] === emptySlot) continue;
    const key = exactKeys[index] ?? "";
    const speaker = known.get(key) ?? index;
    if (speaker === index) known.set(key, index);
    speakers[index] = speaker;
  }
  return speakers;
}

/** Four standard deviations below what is expected at the threshold: of true pairs less than one in 10,000 is turned away unread. */
function leastEqualSlots(threshold: number): number {
  const deviation = Math.sqrt(signatureSlots * threshold * (1 - threshold));
  return Math.floor(signatureSlots * threshold - 4 * deviation);
}

function gathered(
  byClaim: Int32Array,
  speakers: Int32Array,
  representativeOf: (index: number) => number,
  similarity: Similarity,
): Cluster[] {
  const groups = new Map<number, number[]>();
  const sizes = new Int32Array(byClaim.length);
  const headOf = (index: number): number => representativeOf(speakers[index] ?? 0);
  for (const index of byClaim) {
    if (speakers[index] === -1) continue;
    const head = headOf(index);
    sizes[head] = (sizes[head] ?? 0) + 1;
  }
  for (const index of byClaim) {
    if (speakers[index] === -1) continue;
    const head = headOf(index);
    if (sizes[head] === 1) continue;
    const group = groups.get(head);
    if (group === undefined) groups.set(head, [index]);
    else group.push(index);
  }
  return Array.from(groups, ([representative, indexes]) => {
    const bySpeaker = new Map<number, number>([[representative, 1]]);
    const members = indexes.map((index): ClusterMember => {
      const speaker = speakers[index] ?? index;
      const known = bySpeaker.get(speaker) ?? similarity(representative, speaker, 0);
      bySpeaker.set(speaker, known);
      return { index, similarity: known, kind: speaker === representative ? "exact" : "near" };
    });
    return { representative, members };
  });
}
