import type { Rule } from "../../core/quality.ts";
import { numberedWords } from "../numbered-words.ts";
import { ratioOf } from "../ratio.ts";

/** Languages written without spaces between words: the text does not show how long a word is. */
const unspacedLanguages = new Set(["zh", "yue", "wuu", "lzh", "ja", "th", "lo", "km", "my", "bo", "dz"]);

/**
 * Mean length of the words in code points, symbols left out: code dumps and texts that lost their spaces have unusual
 * values.
 */
export const meanWordLength: Rule = {
  name: "gopher/mean-word-length",
  revision: 1,
  unit: "characters",
  source: "Rae et al. 2021, arXiv:2112.11446, appendix A.1.1; datatrove 0.10.1, gopher_quality_filter.py",
  bounds: { min: 3, max: 10 },
  measure: (view) => {
    if (unspacedLanguages.has(view.language.code)) return null;
    const { realWords, realCharacters } = numberedWords(view);
    return ratioOf(realCharacters, realWords);
  },
};
