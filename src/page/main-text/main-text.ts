import type { Block } from "../../core/page.ts";
import type { RawBlock } from "../collect/collected.ts";
import { hint } from "../hints.ts";
import { blockFeatures, featureNames } from "./block-features.ts";
import { mainTextWeights } from "./weights.ts";

const weights = Float64Array.from(featureNames, (name) => mainTextWeights[name] ?? 0);

/**
 * Marks the blocks that are the page's main text. A logistic model gives each block a probability; then the set with
 * the highest expected F1 (harmonic mean of precision and recall, in code units) is kept. A page with one clear article
 * thus yields that article, and a page where nothing stands out yields most of its text, with no threshold for kinds of
 * page. Blocks that are marked as hidden are never main, unless they are most of the page: then a script would show
 * them, and the marks mean nothing yet.
 */
export function mainText(blocks: readonly RawBlock[], parents: readonly number[]): readonly Block[] {
  const likelihoods = likelihoodsOf(blocks, parents);
  const least = leastLikelihood(likelihoods, blocks);
  const marked: Block[] = [];
  for (const { text, tag, region, linkLength } of blocks) {
    const likelihood = likelihoods[marked.length] ?? 0;
    marked.push({ text, tag, region, linkLength, main: likelihood > 0 && likelihood >= least });
  }
  return marked;
}

function likelihoodsOf(blocks: readonly RawBlock[], parents: readonly number[]): Float64Array {
  const values = blockFeatures(blocks, parents);
  const excluded = lengthOf(blocks, hint.notShown) * 2 > lengthOf(blocks, 0) ? 0 : hint.notShown;
  const likelihoods = new Float64Array(blocks.length);
  for (let index = 0; index < blocks.length; index++) {
    if (((blocks[index]?.hints ?? 0) & excluded) !== 0) continue;
    let score = 0;
    const row = index * weights.length;
    for (let column = 0; column < weights.length; column++)
      score += (values[row + column] ?? 0) * (weights[column] ?? 0);
    likelihoods[index] = 1 / (1 + Math.exp(-score));
  }
  return likelihoods;
}

/** Blocks at least this likely make the highest expected F1: 2 × likely kept ÷ (kept + all that is likely). */
function leastLikelihood(likelihoods: Float64Array, blocks: readonly RawBlock[]): number {
  const judged: { likelihood: number; length: number }[] = [];
  for (const { text } of blocks) judged.push({ likelihood: likelihoods[judged.length] ?? 0, length: text.length });
  judged.sort(byLikelihood);
  let expected = 0;
  for (const { likelihood, length } of judged) expected += likelihood * length;
  let kept = 0;
  let likelyKept = 0;
  let best = 0;
  let least = 1;
  for (const { likelihood, length } of judged) {
    kept += length;
    likelyKept += likelihood * length;
    const f1 = (2 * likelyKept) / (kept + expected);
    if (f1 <= best) continue;
    best = f1;
    least = likelihood;
  }
  return least;
}

const byLikelihood = (a: { readonly likelihood: number }, b: { readonly likelihood: number }): number =>
  b.likelihood - a.likelihood;

/** Code units of the blocks that have all the bits. */
function lengthOf(blocks: readonly RawBlock[], bits: number): number {
  let length = 0;
  for (const { text, hints } of blocks) if ((hints & bits) === bits) length += text.length;
  return length;
}
