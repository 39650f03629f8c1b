/** What a scan of XML calls, in document order. Names are as written, prefix and all. */
export interface XmlHandler {
  /** @param tag what stands between the brackets, for `xmlAttribute`; ends with `/` when the element is empty */
  readonly open: (name: string, tag: string) => void;
  /** A piece of text as it stands there, for `xmlText`; that of CDATA sections with its ampersands escaped. */
  readonly text: (piece: string) => void;
  readonly close: (name: string) => void;
}

/** Takes a document in chunks; the last one is followed by `null`. */
export type XmlScanner = (chunk: string | null) => void;

/** Code units of a tag; what is longer is passed over. */
const tagLimit = 8192;

const endMarks = { comment: "-->", cdata: "]]>", instruction: "?>", "long-tag": ">" } as const;
type Mode = keyof typeof endMarks | "text" | "doctype";

/** What `<` can begin, the longest first. */
const openings = [
  ["<![CDATA[", "cdata"],
  ["<!--", "comment"],
  ["<!", "doctype"],
  ["<?", "instruction"],
] as const;

/**
 * A scanner of XML for feeds and sitemaps, in constant memory and one pass. It knows tags, text and CDATA; a document
 * type with all that it declares is passed over, so there is nothing to expand. It checks nothing: malformed documents
 * give what can be read.
 */
export function xmlScanner(handler: XmlHandler): XmlScanner {
  let rest = "";
  let mode: Mode = "text";
  let doctypeEnd = newDoctype();

  /** One step from `at`: the new place, or `null` when more must be seen first. */
  const step = (at: number, isLast: boolean): number | null => {
    if (mode === "text") return rest.charCodeAt(at) === 0x3c ? markup(at, isLast) : text(at);
    const end = mode === "doctype" ? doctypeEnd(rest, at) : markEnd(mode, at);
    if (end !== null) mode = "text";
    else if (mode === "doctype") return rest.length;
    return end ?? (rest.length - at > 2 ? passed(at, rest.length - 2) : null);
  };
  const text = (at: number): number => {
    const open = rest.indexOf("<", at);
    const end = open < 0 ? rest.length : open;
    handler.text(rest.slice(at, end));
    return end;
  };
  const markEnd = (kind: keyof typeof endMarks, at: number): number | null => {
    const found = rest.indexOf(endMarks[kind], at);
    if (found < 0) return null;
    passed(at, found);
    return found + endMarks[kind].length;
  };
  /** What lies before an end mark, which is nothing to anybody but in CDATA. */
  const passed = (at: number, end: number): number => {
    if (mode === "cdata" && end > at) handler.text(rest.slice(at, end).replaceAll("&", "&amp;"));
    return end;
  };
  const markup = (at: number, isLast: boolean): number | null => {
    if (rest.length - at < openings[0][0].length && !isLast) return null;
    for (const [opening, kind] of openings) {
      if (!rest.startsWith(opening, at)) continue;
      mode = kind;
      if (kind === "doctype") doctypeEnd = newDoctype();
      return at + opening.length;
    }
    const end = tagEnd(rest, at + 1);
    if (end === null) {
      if (rest.length - at <= tagLimit) return null;
      mode = "long-tag";
      return at + 1;
    }
    const tag = rest.slice(at + 1, end);
    if (tag.startsWith("/")) handler.close(tag.slice(1).trim());
    else handler.open(/^[^\s/]*/.exec(tag)?.[0] ?? "", tag);
    return end + 1;
  };

  return (chunk) => {
    rest += chunk ?? "";
    let at = 0;
    while (at < rest.length) {
      const next = step(at, chunk === null);
      if (next === null) break;
      at = next;
    }
    rest = rest.slice(at);
  };
}

/** Text of pieces that belong together, entities decoded, white space around it dropped. */
export function xmlText(pieces: string): string {
  return decodedXml(pieces).trim();
}

/** The value of an attribute of a tag, entities decoded, or `null`. */
export function xmlAttribute(tag: string, name: string): string | null {
  // Sticky, so that no place is tried twice, whatever the tag.
  const attribute = /([^\s=/]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'))?|[\s=/]+/y;
  for (let found = attribute.exec(tag); found !== null; found = attribute.exec(tag)) {
    if (found[1] === name) return decodedXml(found[2] ?? found[3] ?? "");
  }
  return null;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodedXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === "string") return entities[name] ?? whole;
    const code = typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Place of the `>` that ends a tag; quotes may hold others. `null` when it is not within the bound, or not there yet. */
function tagEnd(text: string, from: number): number | null {
  let quote = 0;
  const stop = Math.min(text.length, from + tagLimit);
  for (let at = from; at < stop; at += 1) {
    const code = text.charCodeAt(at);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x3e) return at;
    else if (code === 0x22 || code === 0x27) quote = code;
  }
  return null;
}

/** Passes over a document type, which may come in pieces: gives the place behind its `>`, or `null` when it goes on. */
function newDoctype(): (text: string, from: number) => number | null {
  let quote = "";
  let brackets = 0;
  let inComment = false;
  let seen = "";
  return (text, from) => {
    for (let at = from; at < text.length; at += 1) {
      const letter = text.charAt(at);
      seen = seen.slice(-3) + letter;
      if (inComment) inComment = !seen.endsWith("-->");
      else if (quote !== "") quote = letter === quote ? "" : quote;
      else if (seen === "<!--") inComment = true;
      else if (letter === '"' || letter === "'") quote = letter;
      else if (letter === "[") brackets += 1;
      else if (letter === "]") brackets -= 1;
      else if (letter === ">" && brackets <= 0) return at + 1;
    }
    return null;
  };
}
