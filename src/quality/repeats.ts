import type { TextView } from "../core/quality.ts";
import { charactersOf } from "./characters.ts";
import { oncePerView } from "./once-per-view.ts";

/** How many of the pieces repeat an earlier one, and their code points: each occurrence after the first counts. */
interface Repeats {
  readonly pieces: number;
  readonly repeated: number;
  readonly characters: number;
}

const rawLines = oncePerView(({ text }: TextView) => text.split("\n"));

/**
 * Gopher's lines: split at one or more line feeds and not trimmed. A text that begins or ends with a line feed has an
 * empty line there. This is how datatrove counts.
 */
export const gopherLines = oncePerView((view: TextView) => {
  const lines = rawLines(view);
  return repeatsOf(lines.filter(isGopherLine));
});

/** Gopher's paragraphs, cut at two or more line feeds. */
export const gopherParagraphs = oncePerView(({ text }: TextView) => repeatsOf(text.trim().split(/\n{2,}/)));

/** FineWeb's lines: those that are not empty, not trimmed. */
export const finewebLines = oncePerView((view: TextView) => {
  const lines = rawLines(view).filter(isNotBlank);
  return { lines, ...repeatsOf(lines) };
});

const isGopherLine = (line: string, index: number, lines: readonly string[]): boolean =>
  line !== "" || index === 0 || index === lines.length - 1;
const isNotBlank = (line: string): boolean => line.trim() !== "";

function repeatsOf(pieces: readonly string[]): Repeats {
  const seen = new Set<string>();
  let repeated = 0;
  let characters = 0;
  for (const piece of pieces) {
    if (seen.has(piece)) {
      repeated++;
      characters += charactersOf(piece);
    } else seen.add(piece);
  }
  return { pieces: pieces.length, repeated, characters };
}
