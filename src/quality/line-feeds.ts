import type { TextView } from "../core/quality.ts";
import { oncePerView } from "./once-per-view.ts";

/** Line feeds in the text. */
export const lineFeeds = oncePerView(({ text }: TextView) => {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
});

/** All lines, empty ones included: the denominator of datatrove's line ratios. */
export function allLines(view: TextView): number {
  const open = view.text !== "" && !view.text.endsWith("\n");
  return lineFeeds(view) + (open ? 1 : 0);
}
