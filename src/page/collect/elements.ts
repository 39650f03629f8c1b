import { nameHash } from "../name-hash.ts";

/** What the collector needs to know of an element; combined as bits. */
export const kind = {
  /** Starts and ends a block of text. */
  block: 1,
  void: 2,
  /** Its text is no part of the page's. */
  skipped: 4,
  /** Marks up words and carries nothing the collector keeps: it is not put on the stack at all. */
  phrase: 8,
  preformatted: 16,
  /** An end tag does not reach through it to an element outside. */
  barrier: 32,
  /** Implies the end of an open `p`. */
  endsParagraph: 64,
  /** May stand in the head. */
  head: 128,
} as const;

const { block, endsParagraph, barrier, phrase, skipped, head } = kind;
const flow = block | endsParagraph;

const bitsByName: Readonly<Record<string, number>> = {
  html: head,
  head: head,
  body: 0,
  title: head,
  meta: kind.void | head,
  link: kind.void | head,
  base: kind.void | head,
  script: skipped | head,
  style: skipped | head,
  template: skipped | head,
  noscript: block | head,
  svg: skipped,
  textarea: skipped,
  select: skipped,
  iframe: skipped,
  noembed: skipped,
  noframes: skipped,
  audio: skipped,
  video: skipped,
  canvas: skipped,
  datalist: skipped,
  rp: skipped,
  annotation: skipped,
  "annotation-xml": skipped,
  ...named("br wbr img input area embed col source track param frame basefont bgsound keygen", kind.void),
  hr: kind.void | flow,
  ...named(
    "b i em strong u s small big font tt sup sub code kbd samp var cite dfn q mark abbr acronym bdi bdo ins del",
    phrase,
  ),
  ...named(
    "strike nobr ruby rb rt rtc time data math mi mn mo ms mrow mtext msup msub mfrac semantics object map picture",
    phrase,
  ),
  ...named("span a label", 0),
  ...named(
    "div section article main aside nav header footer figure figcaption hgroup address blockquote center details",
    flow,
  ),
  ...named("summary dialog dir fieldset form menu search ul ol dl h1 h2 h3 h4 h5 h6 frameset", flow),
  ...named("p li dd dt legend", flow),
  ...named("button", block),
  ...named("table td th caption", flow | barrier),
  ...named("tr tbody thead tfoot colgroup", block),
  ...named("pre listing xmp plaintext", flow | kind.preformatted),
};

export const elementNames: readonly string[] = Object.keys(bitsByName);
/** Bits of the element with that index in `elementNames`. */
const elementBits: Int32Array = Int32Array.from(elementNames, (name) => bitsByName[name] ?? 0);
const indexByHash = new Map(elementNames.map((name, index) => [nameHash(name, 0, name.length), index]));

/** Index into `elementNames`, or -1 for an element that the table does not name. */
export function elementIndex(hash: number): number {
  return indexByHash.get(hash) ?? -1;
}

/** Kinds of the element of that index; none of one that the table does not name. */
export function bitsOf(index: number): number {
  return index < 0 ? 0 : (elementBits[index] ?? 0);
}

/** Indexes of elements that the table does name, in order. */
export function elementsOf(names: string): readonly number[] {
  return names.split(" ").map((name) => elementNames.indexOf(name));
}

function named(names: string, bits: number): Record<string, number> {
  return Object.fromEntries(names.split(" ").map((name) => [name, bits]));
}
