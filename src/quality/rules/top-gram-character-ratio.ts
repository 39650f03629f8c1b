import type { Rule } from "../../core/quality.ts";
import { textCharacters } from "../characters.ts";
import { ratioOf } from "../ratio.ts";
import { topGramCharacters } from "../word-grams.ts";

/** Code points of all occurrences of the most frequent run of `n` words, as a share of all code points of the text. */
export function topGramCharacterRatio(n: 2 | 3 | 4, max: number): Rule {
  return {
    name: `gopher/top-${n}-gram-character-ratio`,
    revision: 1,
    unit: "ratio",
    source: "Rae et al. 2021, arXiv:2112.11446, table A1; datatrove 0.10.1, gopher_repetition_filter.py",
    bounds: { max },
    measure: (view) => {
      const characters = topGramCharacters(view, n);
      return characters === null ? null : ratioOf(characters, textCharacters(view));
    },
  };
}
