/** Pairs of texts that are similar: `lower[i]` and `higher[i]` are their ranks in the order of precedence. */
export interface Edges {
  readonly lower: Uint32Array;
  readonly higher: Uint32Array;
  /** Exact Jaccard similarity of each pair. */
  readonly similarity: Float64Array;
}

/** Pairs one after the other, while they are found. */
export interface EdgeList {
  readonly add: (lower: number, higher: number, similarity: number) => void;
  readonly edges: () => Edges;
}

export function edgeList(): EdgeList {
  const [lower, higher, similarity]: [number[], number[], number[]] = [[], [], []];
  return {
    add(a, b, value) {
      lower.push(a);
      higher.push(b);
      similarity.push(value);
    },
    edges: () => ({
      lower: Uint32Array.from(lower),
      higher: Uint32Array.from(higher),
      similarity: Float64Array.from(similarity),
    }),
  };
}
