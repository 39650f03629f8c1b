import type { Rule } from "../../core/quality.ts";
import { charactersOf } from "../characters.ts";
import { ratioOf } from "../ratio.ts";
import { finewebLines } from "../repeats.ts";

/** Share of the lines of at most 30 code points. */
export const shortLineRatio: Rule = {
  name: "fineweb/short-line-ratio",
  revision: 1,
  unit: "ratio",
  source: "Penedo et al. 2024, arXiv:2406.17557, section 3.6; datatrove 0.10.1, fineweb_quality_filter.py",
  bounds: { max: 0.67 },
  measure: (view) => {
    const { lines } = finewebLines(view);
    return ratioOf(lines.filter(isShort).length, lines.length);
  },
};

function isShort(line: string): boolean {
  return line.length <= 60 && charactersOf(line) <= 30;
}
