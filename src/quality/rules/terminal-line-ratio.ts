import type { Rule } from "../../core/quality.ts";
import { ratioOf } from "../ratio.ts";

/**
 * Share of the lines that end in a terminal mark and not in an ellipsis. C4 keeps only such lines, so it states no
 * bound for a page.
 */
export const terminalLineRatio: Rule = {
  name: "c4/terminal-line-ratio",
  revision: 1,
  unit: "ratio",
  source: "Raffel et al. 2020, arXiv:1910.10683, section 2.2; datatrove 0.10.1, c4_filters.py",
  bounds: {},
  measure: ({ lines }) => ratioOf(lines.filter(isTerminal).length, lines.length),
};

function isTerminal(line: string): boolean {
  return /[.?!"']/.test(line.slice(-1)) && !line.endsWith("...");
}
