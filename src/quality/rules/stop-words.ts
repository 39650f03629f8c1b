import type { Rule } from "../../core/quality.ts";
import { numberedWords } from "../numbered-words.ts";

const commonWords = ["the", "be", "to", "of", "and", "that", "have", "with"];

/** How many of eight common English words occur, lower case as written; unknown for other languages. */
export const stopWords: Rule = {
  name: "gopher/stop-words",
  revision: 1,
  unit: "count",
  source: "Rae et al. 2021, arXiv:2112.11446, appendix A.1.1; datatrove 0.10.1, gopher_quality_filter.py",
  bounds: { min: 2 },
  measure: (view) => {
    if (view.language.code !== "en" || view.words.length === 0) return null;
    const { numberOf } = numberedWords(view);
    return commonWords.filter((word) => numberOf.has(word)).length;
  },
};
