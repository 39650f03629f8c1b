import { nameHash } from "../name-hash.ts";

/** What the collector needs to know of an element; combined as bits. */
export const kind = {
  /** Starts and ends a block of text. */
  block: 1 << 0,
  void: 1 << 1,
  /** Its text is not part of the page's text. */
  skipped: 1 << 2,
  /** Marks up words and carries nothing the collector keeps: it is not put on the stack at all. */
  phrase: 1 << 3,
  preformatted: 1 << 4,
  /** An end tag does not reach through it to an element outside. */
  barrier: 1 << 5,
  /** Implies the end of an open `p`. */
  endsParagraph: 1 << 6,
  /** May occur in the head. */
  inHead: 1 << 7,
  /** `html`, `head`, `title` and `body`: other state tracks what they hold, so they are not put on the stack either. */
  unstacked: 1 << 8,
  head: 1 << 9,
  title: 1 << 10,
  body: 1 << 11,
  noscript: 1 << 12,
  /** `a`: its words are a link's. */
  anchor: 1 << 13,
  /** `tr`: its cells may become one block. */
  row: 1 << 14,
  /** Its end tag ends a row. */
  endsRow: 1 << 15,
  heading: 1 << 16,
  /** `svg`, which has the syntax of XML: a tag that closes itself holds nothing, and CDATA is text. */
  foreign: 1 << 17,
  /** `select`: an unclosed one ends at any tag that it may not contain. */
  select: 1 << 18,
  inSelect: 1 << 19,
} as const;

const { block, endsParagraph, barrier, phrase, skipped, inHead, unstacked, inSelect } = kind;
const flow = block | endsParagraph;

const bitsByName: Readonly<Record<string, number>> = {
  html: unstacked | inHead,
  head: unstacked | inHead | kind.head,
  body: unstacked | kind.body,
  title: unstacked | inHead | kind.title,
  meta: kind.void | inHead,
  link: kind.void | inHead,
  base: kind.void | inHead,
  script: skipped | inHead,
  style: skipped | inHead,
  template: skipped | inHead,
  noscript: block | inHead | kind.noscript,
  svg: skipped | kind.foreign,
  textarea: skipped,
  select: skipped | kind.select,
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
  ...named("br wbr input area embed col source track param frame basefont bgsound keygen", kind.void),
  img: kind.void | inSelect,
  hr: kind.void | flow | inSelect,
  ...named(
    "b i em strong u s small big font tt sup sub code kbd samp var cite dfn q mark abbr acronym bdi bdo ins del",
    phrase,
  ),
  ...named(
    "strike nobr ruby rb rt rtc time data math mi mn mo ms mrow mtext msup msub mfrac semantics object map picture",
    phrase,
  ),
  ...named("option optgroup selectedcontent span", inSelect),
  a: kind.anchor,
  label: 0,
  ...named(
    "div section article main aside nav header footer figure figcaption hgroup address blockquote center details",
    flow,
  ),
  ...named("summary dialog dir fieldset form menu search ul ol dl frameset", flow),
  ...named("h1 h2 h3 h4 h5 h6", flow | kind.heading),
  ...named("p li dd dt legend", flow),
  button: block | inSelect,
  table: flow | barrier | kind.endsRow,
  ...named("td th caption", flow | barrier),
  tr: block | kind.row | kind.endsRow,
  ...named("tbody thead tfoot colgroup", block),
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

function named(names: string, bits: number): Record<string, number> {
  return Object.fromEntries(names.split(" ").map((name) => [name, bits]));
}
