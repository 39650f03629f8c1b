/**
 * A page is one capture parsed once. Every list is bounded by `pageLimits`; what was cut off is named in `truncated`.
 * Nothing here points back into the parser: a page is plain data and may cross threads.
 */
export interface Page {
  readonly charset: Charset;
  /** `html`, or `text` for text/plain and WET conversions. */
  readonly kind: "html" | "text";
  readonly title: string | null;
  /** Absolute address of `link rel=canonical`, or `null` when there is none or it is not http(s). */
  readonly canonicalUrl: string | null;
  /** `lang` (or `xml:lang`) of the html element, as written. */
  readonly languageAttribute: string | null;
  /** Absolute address that relative ones are resolved against (`base href`, else the page's own). */
  readonly baseUrl: string;
  readonly metas: readonly Meta[];
  readonly links: readonly Link[];
  /** In document order; those with `main: true` make the document's text. */
  readonly blocks: readonly Block[];
  /** Names of the limits that were reached (`bytes`, `depth`, `blocks`, `links`, `metas`); empty when none was. */
  readonly truncated: readonly string[];
}

export interface Charset {
  /** WHATWG name, lower case: `utf-8`, `windows-1252`, ... */
  readonly name: string;
  readonly source: "bom" | "header" | "meta" | "guess";
}

/** One `meta` element that has a name (`name`, `property`, `http-equiv` or `itemprop`), lower-cased. */
export interface Meta {
  readonly name: string;
  readonly content: string;
}

/** The region of the page that a block or link is in; the innermost one. */
export const regions = [
  "head",
  "body",
  "header",
  "nav",
  "main",
  "article",
  "aside",
  "footer",
  "figure",
  "comment",
] as const;
export type Region = (typeof regions)[number];

export interface Link {
  /** `a`, `area`, `link`, `frame`, `iframe`, `img` (only licence badges), `form`. */
  readonly tag: string;
  /** As written, entities decoded, white space trimmed. */
  readonly href: string;
  /** Lower-case tokens of `rel`. */
  readonly rel: readonly string[];
  /** `type` attribute, lower case. */
  readonly type: string | null;
  /** Anchor text (or `title`/`alt`), white space folded, at most 200 code units. */
  readonly text: string;
  readonly region: Region;
  /** Index into `blocks` of the block that holds it; -1 for the head. */
  readonly block: number;
}

/** A run of text between block-level elements, white space folded unless `preformatted`. */
export interface Block {
  readonly text: string;
  /** Lower-case name of the nearest block-level element: `p`, `li`, `td`, `h2`, `pre`, `div`, ... */
  readonly tag: string;
  readonly region: Region;
  /** Code units of `text` that are inside `a`. */
  readonly linkLength: number;
  /** True when it is part of the main text. */
  readonly main: boolean;
}

/** The text of a page, with what is known of it. */
export interface Document {
  readonly title: string | null;
  /** Main text: blocks joined by newlines, paragraphs by blank lines; Unicode as found, NUL removed. */
  readonly text: string;
  readonly language: LanguageGuess;
}

/** `code` is BCP 47 (`en`, `zh`), `und` when nothing can be said; `score` 0..1 as the model gives it. */
export interface LanguageGuess {
  readonly code: string;
  readonly score: number;
}
