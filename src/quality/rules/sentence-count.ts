import type { Rule } from "../../core/quality.ts";

/**
 * Sentences of the lines that C4 keeps: at least three words, none over 1,000 code units, no mention of JavaScript or
 * cookie policies. Lines without a final mark count, as in FineWeb's use of these rules. A sentence ends with its line,
 * and after a word that ends in a terminal mark (closing quotes and brackets ignored) if another word follows.
 */
export const sentenceCount: Rule = {
  name: "c4/sentence-count",
  revision: 1,
  unit: "count",
  source: "Raffel et al. 2020, arXiv:1910.10683, section 2.2; datatrove 0.10.1, c4_filters.py",
  bounds: { min: 5 },
  measure: ({ lines }) => {
    if (lines.length === 0) return null;
    let sentences = 0;
    for (const line of lines) if (isKept(line)) sentences += sentencesOf(line);
    return sentences;
  },
};

function sentencesOf(line: string): number {
  let sentences = 1;
  for (let space = line.indexOf(" "); space !== -1; space = line.indexOf(" ", space + 1)) {
    if (endsSentence(line, space)) sentences++;
  }
  return sentences;
}

/** Most words end in an ASCII letter, which is checked without a pattern. */
function endsSentence(line: string, end: number): boolean {
  const last = line.charCodeAt(end - 1) | 0x20;
  if (last >= 0x61 && last <= 0x7a) return false;
  return /\p{Sentence_Terminal}[\p{Pe}\p{Pf}"']*$/u.test(line.slice(Math.max(0, end - 8), end));
}

const unwanted = /javascript|terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies/i;

const threeWords = /\S\s+\S+\s+\S/;

const isKept = (line: string): boolean =>
  threeWords.test(line) && !unwanted.test(line) && (line.length <= 1000 || !/\S{1001}/.test(line));
