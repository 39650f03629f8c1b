import type { Matrix } from "./model-file.ts";

/** The Huffman tree over labels that hierarchical softmax walks: leaves first, then inner nodes, the root last. */
export interface LabelTree {
  /** Likeliest label for a hidden vector, as an index, with its probability. */
  readonly best: (hidden: Float32Array) => { readonly label: number; readonly probability: number };
}

/** Taken from fastText: it avoids the logarithm of 0. */
const epsilon = 1e-5;

/** @param counts of each label in training, falling */
export function labelTree(counts: readonly number[], output: Matrix): LabelTree {
  const leaves = counts.length;
  const size = Math.max(1, 2 * leaves - 1);
  const left = new Int32Array(size).fill(-1);
  const right = new Int32Array(size).fill(-1);
  const weights = new Float64Array(size).fill(1e15);
  weights.set(counts);
  let leaf = leaves - 1;
  let inner = leaves;
  const lightest = (): number => (leaf >= 0 && (weights[leaf] ?? 0) < (weights[inner] ?? 0) ? leaf-- : inner++);
  for (let node = leaves; node < size; node++) {
    const first = lightest();
    const second = lightest();
    left[node] = first;
    right[node] = second;
    weights[node] = (weights[first] ?? 0) + (weights[second] ?? 0);
  }
  const { columns, values } = output;
  return {
    best(hidden) {
      let bestScore = -Infinity;
      let label = -1;
      const walk = (node: number, score: number): void => {
        if (score < bestScore) return;
        if ((left[node] ?? -1) < 0) {
          bestScore = score;
          label = node;
          return;
        }
        const row = (node - leaves) * columns;
        let product = 0;
        for (let column = 0; column < columns; column++) product += (values[row + column] ?? 0) * (hidden[column] ?? 0);
        const goesRight = 1 / (1 + Math.exp(-product));
        walk(left[node] ?? 0, score + Math.log(1 - goesRight + epsilon));
        walk(right[node] ?? 0, score + Math.log(goesRight + epsilon));
      };
      if (leaves > 0) walk(size - 1, 0);
      return { label, probability: Math.min(1, Math.exp(bestScore)) };
    },
  };
}
