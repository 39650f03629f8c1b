import type { Block } from "../core/page.ts";
import { blockFeatures, featureNames } from "./block-features.ts";
import type { RawBlock } from "./collected.ts";
import { hint } from "./hints.ts";
import { mainTextWeights } from "./main-text-weights.ts";

const weights = Float64Array.from(featureNames, (name) => mainTextWeights[name] ?? 0);

/**
 * Marks the blocks that are the page's main text. A logistic model says how likely each block is; then the set is kept
 * whose expected F1 (harmonic mean of precision and recall, in code units) is highest. A page with one clear article thus
 * gives that article, and one where nothing stands out gives most of what it has, without a threshold for kinds of page.
 * What a page says is not shown is never main, unless that is most of it: such a page is put together by a script, and
 * the marks say nothing yet.
 */
export function mainText(blocks: readonly RawBlock[], parents: readonly number[]): readonly Block[] {
  const likelihoods = likelihoodsOf(blocks, parents);
  const least = leastLikelihood(likelihoods, blocks);
  return blocks.map(({ text, tag, region, linkLength }, index) => {
    const likelihood = likelihoods[index] ?? 0;
    return { text, tag, region, linkLength, main: likelihood > 0 && likelihood >= least };
  });
}

function likelihoodsOf(blocks: readonly RawBlock[], parents: readonly number[]): Float64Array {
  const values = blockFeatures(blocks, parents);
  const excluded = lengthOf(blocks, hint.notShown) * 2 > lengthOf(blocks, 0) ? 0 : hint.notShown;
  return Float64Array.from(blocks, ({ hints }, index) => {
    if ((hints & excluded) !== 0) return 0;
    let score = 0;
    const row = index * weights.length;
    for (let column = 0; column < weights.length; column++)
      score += (values[row + column] ?? 0) * (weights[column] ?? 0);
    return 1 / (1 + Math.exp(-score));
  });
}

/** Blocks at least this likely make the highest expected F1: 2 × likely kept ÷ (kept + all that is likely). */
function leastLikelihood(likelihoods: Float64Array, blocks: readonly RawBlock[]): number {
  const order = [...likelihoods.keys()].sort((a, b) => (likelihoods[b] ?? 0) - (likelihoods[a] ?? 0));
  const likelyLength = (index: number): number => (likelihoods[index] ?? 0) * (blocks[index]?.text.length ?? 0);
  const expected = order.reduce((sum, index) => sum + likelyLength(index), 0);
  let kept = 0;
  let likelyKept = 0;
  let best = 0;
  let least = 1;
  for (const index of order) {
    kept += blocks[index]?.text.length ?? 0;
    likelyKept += likelyLength(index);
    const f1 = (2 * likelyKept) / (kept + expected);
    if (f1 <= best) continue;
    best = f1;
    least = likelihoods[index] ?? 0;
  }
  return least;
}

/** Code units of the blocks that have all the bits. */
function lengthOf(blocks: readonly RawBlock[], bits: number): number {
  return blocks.reduce((sum, { text, hints }) => ((hints & bits) === bits ? sum + text.length : sum), 0);
}
