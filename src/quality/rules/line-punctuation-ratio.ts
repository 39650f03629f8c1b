import type { Rule } from "../../core/quality.ts";
import { ratioOf } from "../ratio.ts";
import { finewebLines } from "../repeats.ts";

/**
 * Share of the lines that end in a mark that ends sentences in some script (Unicode Sentence_Terminal); quotes do not
 * count.
 */
export const linePunctuationRatio: Rule = {
  name: "fineweb/line-punctuation-ratio",
  revision: 1,
  unit: "ratio",
  source: "Penedo et al. 2024, arXiv:2406.17557, section 3.6; datatrove 0.10.1, fineweb_quality_filter.py",
  bounds: { min: 0.12 },
  measure: (view) => {
    const { lines } = finewebLines(view);
    return ratioOf(lines.filter(isPunctuated).length, lines.length);
  },
};

function isPunctuated(line: string): boolean {
  return /\p{Sentence_Terminal}$/u.test(line.slice(-2));
}
