/**
 * Scores our text of a WARC's pages against gold texts: word F1 (multisets of `\w+`, lower-cased), mean over pages, and
 * the rates of snippets that must and must not be there. `node scripts/bench/extraction-score.ts [WARC] [--json]`
 * On wcxb-dev others reach: body text 0.694, Readability 0.776, trafilatura 0.791, defuddle 0.814, rs-trafilatura 0.859.
 */
import { parseArgs } from "node:util";

import { textOf } from "../../src/page/document-text.ts";
import { pageOf } from "../../src/page/parse-page.ts";
import { archivedPages, extractionSet, goldPages, scoredWords } from "./archived-pages.ts";

interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
const file = positionals[0] ?? extractionSet;

function scoreOf(text: string, gold: string): Score {
  const found = scoredWords(text);
  const wanted = scoredWords(gold);
  if (found.length === 0 || wanted.length === 0) {
    const value = found.length === wanted.length ? 1 : 0;
    return { precision: value, recall: value, f1: value };
  }
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of found) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    shared++;
    left.set(word, count - 1);
  }
  return {
    precision: shared / found.length,
    recall: shared / wanted.length,
    f1: (2 * shared) / (found.length + wanted.length),
  };
}

const gold = goldPages(file);
const scores = new Map<string, Score[]>();
let [withFound, withAll, withoutFound, withoutAll] = [0, 0, 0, 0];
for await (const page of archivedPages(file)) {
  const expected = gold.get(page.url);
  if (expected === undefined) continue;
  const text = textOf(pageOf(page));
  const score = scoreOf(text, expected.text);
  for (const group of ["all", expected.type]) scores.set(group, [...(scores.get(group) ?? []), score]);
  withAll += expected.with.length;
  withFound += expected.with.filter((snippet) => text.includes(snippet)).length;
  withoutAll += expected.without.length;
  withoutFound += expected.without.filter((snippet) => text.includes(snippet)).length;
}
const rows = [...scores].map(([type, list]) => {
  const mean = (pick: (score: Score) => number): number =>
    Number((list.reduce((sum, score) => sum + pick(score), 0) / list.length).toFixed(4));
  return {
    type,
    pages: list.length,
    f1: mean(({ f1 }) => f1),
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
  };
});
const snippets = { wantedFound: withFound / withAll, unwantedFound: withoutFound / withoutAll };
if (options.json) console.log(JSON.stringify({ rows, snippets }));
else {
  console.table(rows);
  console.log(
    `snippets wanted and found ${snippets.wantedFound.toFixed(3)}, unwanted and found ${snippets.unwantedFound.toFixed(3)}`,
  );
}
