import type { Rule } from "../../core/quality.ts";
import { ratioOf } from "../ratio.ts";

/** Number signs for each word or symbol. */
export const hashWordRatio: Rule = {
  name: "gopher/hash-word-ratio",
  revision: 1,
  unit: "ratio",
  source: "Rae et al. 2021, arXiv:2112.11446, appendix A.1.1; datatrove 0.10.1, gopher_quality_filter.py",
  bounds: { max: 0.1 },
  measure: ({ text, words }) => ratioOf(text.split("#").length - 1, words.length),
};
