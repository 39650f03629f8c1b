/**
 * Fits the weights of the main-text model and writes `src/page/main-text/weights.ts`.
 *   node scripts/bench/extraction-fit.ts [WARC] [--dry-run]
 * A block's target is the share of its words that are in the gold text, in runs of up to four words. Its weight is its
 * share of the page's words, so that each page counts the same. Logistic regression by Adam with weight decay, seeded: the
 * same input gives the same file. Five folds by host first show how good the fit is on pages it has not seen.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { charsetOf, decode } from "../../src/page/charset/charset.ts";
import { collectPage } from "../../src/page/collect/collect-page.ts";
import { blockFeatures, featureNames } from "../../src/page/main-text/block-features.ts";
import { archivedPages, extractionSet, goldPages, scoredWords } from "./archived-pages.ts";

interface Sample {
  readonly fold: number;
  readonly count: number;
  readonly values: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { "dry-run": { type: "boolean", default: false } },
});
const file = positionals[0] ?? extractionSet;
const columns = featureNames.length;
const folds = 5;
const epochs = 20;
const weightDecay = 0.003;
/** The fit is overconfident on pages it has not seen; measured on the folds. */
const sharpness = 0.8;
const runLength = 4;

function runsOf(words: readonly string[]): readonly ReadonlySet<string>[] {
  return Array.from({ length: runLength }, (_, index) => {
    const runs = new Set<string>();
    for (let at = 0; at + index < words.length; at++) runs.add(words.slice(at, at + index + 1).join(" "));
    return runs;
  });
}

function coverage(words: readonly string[], gold: readonly ReadonlySet<string>[]): number {
  const length = Math.min(runLength, words.length);
  const covered = new Uint8Array(words.length);
  for (let at = 0; at + length <= words.length; at++) {
    if (gold[length - 1]?.has(words.slice(at, at + length).join(" ")) === true) covered.fill(1, at, at + length);
  }
  return words.length === 0 ? 0 : covered.reduce((sum, bit) => sum + bit, 0) / words.length;
}

function foldOf(url: string): number {
  let hash = 7;
  for (const character of new URL(url).hostname.split(".").slice(-2).join("."))
    hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % folds;
}

async function readSamples(): Promise<readonly Sample[]> {
  const gold = goldPages(file);
  const samples: Sample[] = [];
  for await (const page of archivedPages(file)) {
    const expected = gold.get(page.url);
    if (expected === undefined) continue;
    const found = collectPage(decode(page.bytes, charsetOf(page.bytes, page.contentType, "html")));
    const words = found.blocks.map((block) => scoredWords(block.text));
    const goldWords = scoredWords(expected.text);
    const runs = runsOf(goldWords);
    const total = words.reduce((sum, list) => sum + list.length, 0);
    const scale = 50 + Math.min(total, 2 * goldWords.length);
    samples.push({
      fold: foldOf(page.url),
      count: found.blocks.length,
      values: blockFeatures(found.blocks, found.parents),
      targets: Float64Array.from(words, (list) => coverage(list, runs)),
      weights: Float64Array.from(words, (list) => list.length / scale),
    });
  }
  return samples;
}

function likelihood(model: Float64Array, values: Float64Array, row: number): number {
  let score = 0;
  for (let column = 0; column < columns; column++)
    score += (model[column] ?? 0) * (values[row * columns + column] ?? 0);
  return 1 / (1 + Math.exp(-score));
}

function fit(samples: readonly Sample[]): Float64Array {
  const model = new Float64Array(columns);
  const first = new Float64Array(columns);
  const second = new Float64Array(columns);
  const gradient = new Float64Array(columns);
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 0.02 * (1 - epoch / epochs) + 0.0002;
    for (let turn = 0; turn < samples.length; turn++) {
      const sample = samples[random(samples.length)];
      if (sample === undefined) continue;
      gradient.fill(0);
      for (let row = 0; row < sample.count; row++) {
        const weight = sample.weights[row] ?? 0;
        const error = (likelihood(model, sample.values, row) - (sample.targets[row] ?? 0)) * weight;
        for (let column = 0; column < columns; column++)
          gradient[column] = (gradient[column] ?? 0) + error * (sample.values[row * columns + column] ?? 0);
      }
      step++;
      for (let column = 0; column < columns; column++) {
        const slope = (gradient[column] ?? 0) + weightDecay * (model[column] ?? 0);
        const mean = 0.9 * (first[column] ?? 0) + 0.1 * slope;
        const square = 0.999 * (second[column] ?? 0) + 0.001 * slope * slope;
        first[column] = mean;
        second[column] = square;
        model[column] =
          (model[column] ?? 0) - (rate * mean) / (1 - 0.9 ** step) / (Math.sqrt(square / (1 - 0.999 ** step)) + 1e-8);
      }
    }
  }
  return model.map((weight) => weight * sharpness);
}

/** Expected-F1 cut as `main-text.ts` makes it, scored against the targets themselves. */
function score(model: Float64Array, sample: Sample): number {
  const likelihoods = Float64Array.from({ length: sample.count }, (_, row) => likelihood(model, sample.values, row));
  const order = [...likelihoods.keys()].sort((a, b) => (likelihoods[b] ?? 0) - (likelihoods[a] ?? 0));
  const expected = order.reduce((sum, row) => sum + (likelihoods[row] ?? 0) * (sample.weights[row] ?? 0), 0);
  const wanted = order.reduce((sum, row) => sum + (sample.targets[row] ?? 0) * (sample.weights[row] ?? 0), 0);
  let [kept, likely, right, best, result] = [0, 0, 0, 0, 0];
  for (const row of order) {
    kept += sample.weights[row] ?? 0;
    likely += (likelihoods[row] ?? 0) * (sample.weights[row] ?? 0);
    right += (sample.targets[row] ?? 0) * (sample.weights[row] ?? 0);
    if ((2 * likely) / (kept + expected) <= best) continue;
    best = (2 * likely) / (kept + expected);
    result = (2 * right) / (kept + wanted);
  }
  return result;
}

const samples = await readSamples();
const scores = Array.from({ length: folds }, (_, fold) => {
  const model = fit(samples.filter((sample) => sample.fold !== fold));
  return samples.filter((sample) => sample.fold === fold).map((sample) => score(model, sample));
}).flat();
console.log(
  `${samples.length} pages; unseen pages, F1 against block targets: ${(scores.reduce((sum, value) => sum + value, 0) / scores.length).toFixed(4)}`,
);
if (!options["dry-run"]) {
  const model = fit(samples);
  const rows = featureNames.map((name, column) => `  ${JSON.stringify(name)}: ${(model[column] ?? 0).toFixed(2)},`);
  const target = fileURLToPath(new URL("../../src/page/main-text/weights.ts", import.meta.url));
  writeFileSync(
    target,
    `// Written by scripts/bench/extraction-fit.ts; fitted on the development pages of WCXB (arXiv:2605.21097, CC BY 4.0).\n\n` +
      `/** Weight of each value of \`blockFeatures\` in the score of a block, in log-odds. */\n` +
      `export const mainTextWeights: Readonly<Record<string, number>> = {\n${rows.join("\n")}\n};\n`,
  );
  console.log(`wrote ${target}`);
}
