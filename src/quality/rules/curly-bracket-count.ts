import type { Rule } from "../../core/quality.ts";

/** Opening curly brackets: a page of text has none, a page of code has. */
export const curlyBracketCount: Rule = {
  name: "c4/curly-bracket-count",
  revision: 1,
  unit: "count",
  source: "Raffel et al. 2020, arXiv:1910.10683, section 2.2; datatrove 0.10.1, c4_filters.py",
  bounds: { max: 0 },
  measure: ({ text, words }) => (words.length === 0 ? null : text.split("{").length - 1),
};
