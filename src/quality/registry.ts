import type { Rule } from "../core/quality.ts";
import { alphabeticWordRatio } from "./rules/alphabetic-word-ratio.ts";
import { bulletLineRatio } from "./rules/bullet-line-ratio.ts";
import { curlyBracketCount } from "./rules/curly-bracket-count.ts";
import { duplicateGramCharacterRatio } from "./rules/duplicate-gram-character-ratio.ts";
import { duplicateLineCharacterRatio } from "./rules/duplicate-line-character-ratio.ts";
import { duplicateLineRatio } from "./rules/duplicate-line-ratio.ts";
import { duplicateParagraphCharacterRatio } from "./rules/duplicate-paragraph-character-ratio.ts";
import { duplicateParagraphRatio } from "./rules/duplicate-paragraph-ratio.ts";
import { ellipsisLineRatio } from "./rules/ellipsis-line-ratio.ts";
import { ellipsisWordRatio } from "./rules/ellipsis-word-ratio.ts";
import { hashWordRatio } from "./rules/hash-word-ratio.ts";
import { linePunctuationRatio } from "./rules/line-punctuation-ratio.ts";
import { listRatio } from "./rules/list-ratio.ts";
import { loremIpsumCount } from "./rules/lorem-ipsum-count.ts";
import { meanWordLength } from "./rules/mean-word-length.ts";
import { repeatedLineCharacterRatio } from "./rules/repeated-line-character-ratio.ts";
import { sentenceCount } from "./rules/sentence-count.ts";
import { shortLineRatio } from "./rules/short-line-ratio.ts";
import { stopWords } from "./rules/stop-words.ts";
import { terminalLineRatio } from "./rules/terminal-line-ratio.ts";
import { topGramCharacterRatio } from "./rules/top-gram-character-ratio.ts";
import { wordCount } from "./rules/word-count.ts";

/** Every rule, one line each. Measurements are stored by position: add at the end. */
export const rules: readonly Rule[] = [
  wordCount,
  meanWordLength,
  hashWordRatio,
  ellipsisWordRatio,
  bulletLineRatio,
  ellipsisLineRatio,
  alphabeticWordRatio,
  stopWords,
  duplicateLineRatio,
  duplicateParagraphRatio,
  duplicateLineCharacterRatio,
  duplicateParagraphCharacterRatio,
  topGramCharacterRatio(2, 0.2),
  topGramCharacterRatio(3, 0.18),
  topGramCharacterRatio(4, 0.16),
  duplicateGramCharacterRatio(5, 0.15),
  duplicateGramCharacterRatio(6, 0.14),
  duplicateGramCharacterRatio(7, 0.13),
  duplicateGramCharacterRatio(8, 0.12),
  duplicateGramCharacterRatio(9, 0.11),
  duplicateGramCharacterRatio(10, 0.1),
  sentenceCount,
  terminalLineRatio,
  curlyBracketCount,
  loremIpsumCount,
  linePunctuationRatio,
  shortLineRatio,
  repeatedLineCharacterRatio,
  listRatio,
];
