import type { Rule } from "../../core/quality.ts";
import { ratioOf } from "../ratio.ts";

/** Ellipses, as three full stops or as one character, for each word or symbol. */
export const ellipsisWordRatio: Rule = {
  name: "gopher/ellipsis-word-ratio",
  revision: 1,
  unit: "ratio",
  source: "Rae et al. 2021, arXiv:2112.11446, appendix A.1.1; datatrove 0.10.1, gopher_quality_filter.py",
  bounds: { max: 0.1 },
  measure: ({ text, words }) => ratioOf(text.split(/\.{3}|\u2026/).length - 1, words.length),
};
