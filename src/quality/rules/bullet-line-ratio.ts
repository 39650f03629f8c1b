import type { Rule } from "../../core/quality.ts";
import { allLines } from "../line-feeds.ts";
import { ratioOf } from "../ratio.ts";

/** Share of the lines, empty ones included, that begin with a bullet or a hyphen. */
export const bulletLineRatio: Rule = {
  name: "gopher/bullet-line-ratio",
  revision: 1,
  unit: "ratio",
  source: "Rae et al. 2021, arXiv:2112.11446, appendix A.1.1; datatrove 0.10.1, gopher_quality_filter.py",
  bounds: { max: 0.9 },
  measure: (view) => {
    if (view.lines.length === 0) return null;
    return ratioOf(view.lines.filter(hasBullet).length, allLines(view));
  },
};

function hasBullet(line: string): boolean {
  return line.startsWith("\u2022") || line.startsWith("-");
}
