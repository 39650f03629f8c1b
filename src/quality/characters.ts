import type { TextView } from "../core/quality.ts";
import { oncePerView } from "./once-per-view.ts";

/** Length in Unicode code points, as Python's `len` counts them, which the published rules used. */
export function charactersOf(text: string): number {
  let count = text.length;
  for (let index = 1; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xdc00 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** Code points of the whole text, white space included. */
export const textCharacters = oncePerView(({ text }: TextView) => charactersOf(text));
