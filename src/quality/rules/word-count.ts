import type { Rule } from "../../core/quality.ts";
import { numberedWords } from "../numbered-words.ts";

/** Words, symbols not counted. */
export const wordCount: Rule = {
  name: "gopher/word-count",
  revision: 1,
  unit: "words",
  source: "Rae et al. 2021, arXiv:2112.11446, appendix A.1.1; datatrove 0.10.1, gopher_quality_filter.py",
  bounds: { min: 50, max: 100_000 },
  measure: (view) => (view.words.length === 0 ? null : numberedWords(view).realWords),
};
