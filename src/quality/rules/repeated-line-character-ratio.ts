import type { Rule } from "../../core/quality.ts";
import { textCharacters } from "../characters.ts";
import { lineFeeds } from "../line-feeds.ts";
import { ratioOf } from "../ratio.ts";
import { finewebLines } from "../repeats.ts";

/** Code points of the lines that repeat an earlier one, as a share of all code points except line feeds. */
export const repeatedLineCharacterRatio: Rule = {
  name: "fineweb/duplicate-line-character-ratio",
  revision: 1,
  unit: "ratio",
  source: "Penedo et al. 2024, arXiv:2406.17557, section 3.6; datatrove 0.10.1, fineweb_quality_filter.py",
  bounds: { max: 0.01 },
  measure: (view) =>
    view.words.length === 0 ? null : ratioOf(finewebLines(view).characters, textCharacters(view) - lineFeeds(view)),
};
