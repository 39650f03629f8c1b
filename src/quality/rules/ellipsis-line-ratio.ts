import type { Rule } from "../../core/quality.ts";
import { allLines } from "../line-feeds.ts";
import { ratioOf } from "../ratio.ts";

/** Share of the lines, empty ones included, that end in an ellipsis. */
export const ellipsisLineRatio: Rule = {
  name: "gopher/ellipsis-line-ratio",
  revision: 1,
  unit: "ratio",
  source: "Rae et al. 2021, arXiv:2112.11446, appendix A.1.1; datatrove 0.10.1, gopher_quality_filter.py",
  bounds: { max: 0.3 },
  measure: (view) => {
    if (view.lines.length === 0) return null;
    return ratioOf(view.lines.filter(isUnfinished).length, allLines(view));
  },
};

function isUnfinished(line: string): boolean {
  return line.endsWith("...") || line.endsWith("\u2026");
}
