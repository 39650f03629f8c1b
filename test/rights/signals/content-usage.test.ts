import assert from "node:assert/strict";
import { test } from "node:test";

import { contentUsage } from "../../../src/rights/signals/content-usage.ts";
import { viewOf } from "../page-with.ts";

function said(...values: readonly string[]): string[] {
  const headers = values.map((value) => ["Content-Usage", value] as const);
  return contentUsage.read(viewOf({}, headers)).map(({ preference, value }) => `${preference}=${value ?? "?"}`);
}

const cases: readonly (readonly [title: string, header: readonly string[], expected: readonly string[]])[] = [
  ["n reserves", ["train-ai=n"], ["train-ai=n"]],
  ["y allows", ["train-ai=y, search=n"], ["train-ai=y", "search=n"]],
  ["another token, a boolean and a string are unknown", ['train-ai=no, search="y"'], ["train-ai=?", "search=?"]],
  ["the last of equal labels wins, also when it is unknown", ["train-ai=y, train-ai"], ["train-ai=?"]],
  ["fields are joined", ["train-ai=y", "train-ai=n"], ["train-ai=n"]],
  ["a field that cannot be parsed is unknown as a whole", ["train-ai=y, Search=y"], ["train-ai=?"]],
  ["labels that are not known say nothing", ["other=n"], []],
  ["labels of earlier drafts reserve but do not allow", ["genai=n, tdm=y"], ["train-ai=n"]],
  [
    "a label of an earlier draft with another value cannot be read",
    ['genai=no, tdm="n"'],
    ["train-ai=?", "train-ai=?"],
  ],
  [
    "a label that speaks of training but is not known cannot be read",
    ["ai-train=no, train_ai=n"],
    ["train-ai=?", "train-ai=?"],
  ],
  ["such a label says nothing where it allows", ["ai-train=y"], []],
  ["no header says nothing", [], []],
];
for (const [title, header, expected] of cases)
  test(`Content-Usage: ${title}`, () => assert.deepEqual(said(...header), expected));
