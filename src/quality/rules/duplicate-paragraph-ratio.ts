import type { Rule } from "../../core/quality.ts";
import { ratioOf } from "../ratio.ts";
import { gopherParagraphs } from "../repeats.ts";

/** Share of the paragraphs that repeat an earlier one; the first of them is not counted. */
export const duplicateParagraphRatio: Rule = {
  name: "gopher/duplicate-paragraph-ratio",
  revision: 1,
  unit: "ratio",
  source: "Rae et al. 2021, arXiv:2112.11446, table A1; datatrove 0.10.1, gopher_repetition_filter.py",
  bounds: { max: 0.3 },
  measure: (view) => {
    const { pieces, repeated } = gopherParagraphs(view);
    return view.words.length === 0 ? null : ratioOf(repeated, pieces);
  },
};
