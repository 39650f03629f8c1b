import type { Rule } from "../../core/quality.ts";
import { textCharacters } from "../characters.ts";
import { ratioOf } from "../ratio.ts";
import { gopherLines } from "../repeats.ts";

/** Code points of the lines that repeat an earlier one, as a share of all code points of the text. */
export const duplicateLineCharacterRatio: Rule = {
  name: "gopher/duplicate-line-character-ratio",
  revision: 1,
  unit: "ratio",
  source: "Rae et al. 2021, arXiv:2112.11446, table A1; datatrove 0.10.1, gopher_repetition_filter.py",
  bounds: { max: 0.2 },
  measure: (view) => (view.words.length === 0 ? null : ratioOf(gopherLines(view).characters, textCharacters(view))),
};
