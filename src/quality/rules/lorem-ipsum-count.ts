import type { Rule } from "../../core/quality.ts";

/** Occurrences of the placeholder text, in any case. */
export const loremIpsumCount: Rule = {
  name: "c4/lorem-ipsum-count",
  revision: 1,
  unit: "count",
  source: "Raffel et al. 2020, arXiv:1910.10683, section 2.2; datatrove 0.10.1, c4_filters.py",
  bounds: { max: 0 },
  measure: ({ text, words }) => (words.length === 0 ? null : (text.match(/lorem ipsum/gi)?.length ?? 0)),
};
