import type { Rule } from "../../core/quality.ts";
import { numberedWords } from "../numbered-words.ts";
import { ratioOf } from "../ratio.ts";

/** Share of the words and symbols that hold a letter. */
export const alphabeticWordRatio: Rule = {
  name: "gopher/alphabetic-word-ratio",
  revision: 1,
  unit: "ratio",
  source: "Rae et al. 2021, arXiv:2112.11446, appendix A.1.1; datatrove 0.10.1, gopher_quality_filter.py",
  bounds: { min: 0.8 },
  measure: (view) => ratioOf(numberedWords(view).lettered, view.words.length),
};
