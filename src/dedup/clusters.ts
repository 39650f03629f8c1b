import type { DistinctTexts } from "./distinct-texts.ts";
import type { Edges } from "./edges.ts";
import type { Similarity } from "./similarity.ts";
import { type Union, unionOf } from "./union.ts";

/** Documents by index, as `distinctTextsOf` was given them. */
export interface Cluster {
  /** The member that comes first in the order of precedence. */
  readonly representative: number;
  /** In order of precedence, the representative first. `similarity` is the exact Jaccard similarity to the representative. */
  readonly members: readonly ClusterMember[];
}

interface ClusterMember {
  readonly index: number;
  readonly similarity: number;
  /** `exact`: the same text as the representative's. */
  readonly kind: "exact" | "near";
}

/** Asks about texts by their index in `DistinctTexts.distinct`. */
export interface ClusterTexts {
  /** Called for texts that several documents share: texts without a word form no cluster, not even equal ones. */
  readonly hasWord: (textIndex: number) => boolean;
  readonly similarity: Similarity;
}

/**
 * Clusters of equal and of similar texts. A text similar to no other is left out, and so are texts without a word.
 *
 * Equal texts are one; what pairs join, directly or through others, is one cluster (single linkage). The same documents
 * give the same clusters in whatever order they and the pairs come.
 * @param edges between texts, from all bands in any number of parts; a pair may come twice
 */
export async function clustersOf(
  { byPrecedence, textOf, distinct }: DistinctTexts,
  edges: readonly Edges[],
  { hasWord, similarity }: ClusterTexts,
): Promise<Cluster[]> {
  const joined = unionOf(distinct.length);
  for (const { lower, higher } of edges) {
    for (let index = 0; index < lower.length; index++) joined.join(lower[index] ?? 0, higher[index] ?? 0);
  }
  const known = similaritiesToHeads(joined, edges);
  const clusters: Cluster[] = [];
  for (const [head, indexes] of groupsOf(
    byPrecedence,
    (index) => joined.leastOf(textOf[index] ?? 0),
    distinct.length,
  )) {
    if (!hasWord(head)) continue;
    const bySpeaker = new Map([[head, 1]]);
    const members: ClusterMember[] = [];
    for (const index of indexes) {
      const textIndex = textOf[index] ?? 0;
      const value = bySpeaker.get(textIndex) ?? known.get(textIndex) ?? (await similarity(head, textIndex, 0));
      bySpeaker.set(textIndex, value);
      members.push({ index, similarity: value, kind: textIndex === head ? "exact" : "near" });
    }
    clusters.push({ representative: distinct[head] ?? 0, members });
  }
  return clusters;
}

/** Similarities that are known already; the head of a cluster is its lowest text. */
function similaritiesToHeads({ leastOf }: Union, edges: readonly Edges[]): Map<number, number> {
  const known = new Map<number, number>();
  for (const { lower, higher, similarity } of edges) {
    for (let index = 0; index < lower.length; index++) {
      const head = lower[index] ?? 0;
      if (leastOf(head) === head) known.set(higher[index] ?? 0, similarity[index] ?? 0);
    }
  }
  return known;
}

/** Documents by head, in order of precedence; only heads of two documents or more. */
function groupsOf(byPrecedence: Int32Array, headOf: (index: number) => number, heads: number): Map<number, number[]> {
  const sizes = new Int32Array(heads);
  for (const index of byPrecedence) sizes[headOf(index)] = (sizes[headOf(index)] ?? 0) + 1;
  const groups = new Map<number, number[]>();
  for (const index of byPrecedence) {
    const head = headOf(index);
    if (sizes[head] === 1) continue;
    const group = groups.get(head);
    if (group === undefined) groups.set(head, [index]);
    else group.push(index);
  }
  return groups;
}
