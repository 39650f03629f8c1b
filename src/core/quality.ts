import type { LanguageGuess } from "./page.ts";

/** A document's text, split once for all rules. */
export interface TextView {
  readonly text: string;
  /** Unicode words and symbols as `docs/rules.md` defines them, in reading order. */
  readonly words: readonly string[];
  /** Lines that are not empty, trimmed. */
  readonly lines: readonly string[];
  readonly paragraphs: readonly string[];
  readonly language: LanguageGuess;
}

/** One published quality rule. It measures and never refuses: bounds here are those of its source, for policies to cite. */
export interface Rule {
  /** `gopher/word-count`: source family, slash, name. */
  readonly name: string;
  /** Raised whenever the same text could measure differently. */
  readonly revision: number;
  readonly unit: "words" | "characters" | "ratio" | "count";
  /** Paper and section, or repository and file. */
  readonly source: string;
  /** What the source keeps. */
  readonly bounds: { readonly min?: number; readonly max?: number };
  /** `null` = unknown, for instance the mean of no words. Never NaN. */
  readonly measure: (view: TextView) => number | null;
}
