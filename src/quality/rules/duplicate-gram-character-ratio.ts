import type { Rule } from "../../core/quality.ts";
import { textCharacters } from "../characters.ts";
import { ratioOf } from "../ratio.ts";
import { repeatedGramCharacters } from "../word-grams.ts";

/**
 * Code points in runs of `n` words that repeat an earlier run, without spaces, as a share of all code points of the
 * text.
 */
export function duplicateGramCharacterRatio(n: 5 | 6 | 7 | 8 | 9 | 10, max: number): Rule {
  return {
    name: `gopher/duplicate-${n}-gram-character-ratio`,
    revision: 1,
    unit: "ratio",
    source: "Rae et al. 2021, arXiv:2112.11446, table A1; datatrove 0.10.1, gopher_repetition_filter.py",
    bounds: { max },
    measure: (view) =>
      view.words.length === 0 ? null : ratioOf(repeatedGramCharacters(view, n), textCharacters(view)),
  };
}
