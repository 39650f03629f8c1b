import type { Rule } from "../../core/quality.ts";
import { lineFeeds } from "../line-feeds.ts";
import { ratioOf } from "../ratio.ts";

/** Line feeds for each word or symbol: lists have many. */
export const listRatio: Rule = {
  name: "fineweb/list-ratio",
  revision: 1,
  unit: "ratio",
  source: "Penedo et al. 2024, arXiv:2406.17557, section 3.6; datatrove 0.10.1, fineweb_quality_filter.py",
  bounds: { max: 0.3 },
  measure: (view) => ratioOf(lineFeeds(view), view.words.length),
};
