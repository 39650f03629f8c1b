import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";

import { withoutDocumentType } from "./document-type.ts";

/** What reading XML calls, in document order. Names are as written, prefix and all. */
export interface XmlHandler {
  /** @param attributes by name, the first of equal ones; to be read during the call */
  readonly open: (name: string, attributes: ReadonlyMap<string, string>) => void;
  /** A piece of text or of CDATA, references resolved; one text may come in several pieces. */
  readonly text: (piece: string) => void;
  /** Of an end tag, and of an empty element right after `open`. */
  readonly close: (name: string) => void;
}

/** Bounds of what is kept of an XML document; what exceeds them is cut, and reading continues. */
export const xmlLimits = {
  /** Code units of a name, an attribute's value, or a piece of text that spans several chunks. */
  piece: 8192,
  /** Attributes of an element. */
  attributes: 64,
} as const;

/** A document that is being read. Positions count code units from its beginning. */
interface XmlReading {
  readonly handler: XmlHandler;
  /** The beginning of the section that is not reported yet, from chunks before this one; at most `xmlLimits.piece`. */
  head: string;
  headStart: number;
  chunk: string;
  chunkStart: number;
  /** End of the last section that was reported. */
  done: number;
  readonly attributes: Map<string, string>;
  name: string;
  attribute: string;
  value: string;
}

/**
 * A reader of XML for feeds and sitemaps: takes a document in chunks, in memory that does not grow with it. It knows
 * the five entities of XML and character references; a document type is skipped, so there is nothing
 * to expand. It checks nothing: of a malformed document it reports what can be read. Source: XML 1.0, by the tokenizer
 * of htmlparser2.
 */
export function xmlElements(handler: XmlHandler): (chunk: string) => void {
  const reading: XmlReading = {
    handler,
    head: "",
    headStart: 0,
    chunk: "",
    chunkStart: 0,
    done: 0,
    attributes: new Map(),
    name: "",
    attribute: "",
    value: "",
  };
  const tokenizer = new Tokenizer({ xmlMode: true }, callbacksOf(reading));
  const prolog = withoutDocumentType();
  return (chunk) => {
    reading.chunk = prolog(chunk);
    tokenizer.write(reading.chunk);
    keepHead(reading);
  };
}

function callbacksOf(reading: XmlReading): TokenizerCallbacks {
  const passOver = (_start: number, end: number): void => void (reading.done = end);
  return {
    onopentagname(start, end) {
      reading.name = taken(reading, start, end);
      if (reading.attributes.size > 0) reading.attributes.clear();
    },
    onattribname(start, end) {
      reading.attribute = taken(reading, start, end);
      reading.value = "";
    },
    onattribdata: (start, end) => addToValue(reading, taken(reading, start, end)),
    onattribentity: (code) => addToValue(reading, String.fromCodePoint(code)),
    onattribend(_quote, end) {
      reading.done = end;
      const { attributes, attribute, value } = reading;
      if (attributes.size < xmlLimits.attributes && !attributes.has(attribute)) attributes.set(attribute, value);
    },
    onopentagend: (end) => opened(reading, end),
    onselfclosingtag(end) {
      opened(reading, end);
      reading.handler.close(reading.name);
    },
    onclosetag(start, end) {
      const name = taken(reading, start, end);
      reading.handler.close(name);
    },
    ontext: (start, end) => reading.handler.text(taken(reading, start, end)),
    ontextentity(code, end) {
      reading.done = end;
      reading.handler.text(String.fromCodePoint(code));
    },
    oncdata(start, end, offset) {
      reading.handler.text(taken(reading, start, end - offset));
      reading.done = end;
    },
    ondeclaration: passOver,
    oncomment: passOver,
    onprocessinginstruction: passOver,
    onend: () => undefined,
  };
}

/** The text between two positions; only the beginning of a section that spans many chunks. */
function taken(reading: XmlReading, start: number, end: number): string {
  const { head, headStart, chunk, chunkStart } = reading;
  reading.done = end;
  if (start >= chunkStart) return chunk.slice(start - chunkStart, end - chunkStart);
  const first = head.slice(start - headStart, end - headStart);
  const isWhole = headStart + head.length === chunkStart;
  return isWhole && end > chunkStart ? first + chunk.slice(0, end - chunkStart) : first;
}

/** Keeps the beginning of the section that continues in the next chunk. */
function keepHead(reading: XmlReading): void {
  const { head, headStart, chunk, chunkStart, done } = reading;
  if (done >= chunkStart) {
    reading.headStart = done;
    reading.head = chunk.slice(done - chunkStart, done - chunkStart + xmlLimits.piece);
  } else if (headStart + head.length === chunkStart) {
    reading.head = head + chunk.slice(0, Math.max(0, xmlLimits.piece - head.length));
  }
  reading.chunkStart = chunkStart + chunk.length;
  reading.chunk = "";
}

function addToValue(reading: XmlReading, piece: string): void {
  if (reading.value.length < xmlLimits.piece) reading.value += piece.slice(0, xmlLimits.piece);
}

function opened(reading: XmlReading, end: number): void {
  reading.done = end;
  reading.handler.open(reading.name, reading.attributes);
}
