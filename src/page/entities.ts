import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";

const nothing = (): void => undefined;
const inText = "<title>";
const inAttribute = '<a b="';

export interface EntityDecoder {
  /** Decodes a piece of text. */
  readonly text: (raw: string) => string;
  readonly attribute: (raw: string) => string;
}

/**
 * Decoder of character references. The parse does not decode them, since most of a page is never kept; this decodes
 * them in the parts that are, with the same tokenizer. In attributes `&copy=1` stays as it is, as HTML has it.
 */
export function entityDecoder(): EntityDecoder {
  let raw = "";
  let shift = 0;
  let decoded = "";
  const slice = (start: number, end: number): void => {
    if (end > shift) decoded += raw.slice(Math.max(0, start - shift), end - shift);
  };
  const codePoint = (code: number): void => {
    decoded += String.fromCodePoint(code);
  };
  const callbacks: TokenizerCallbacks = {
    ontext: slice,
    ontextentity: codePoint,
    onattribdata: slice,
    onattribentity: codePoint,
    onattribend: nothing,
    onattribname: nothing,
    oncdata: nothing,
    onclosetag: nothing,
    oncomment: nothing,
    ondeclaration: nothing,
    onend: nothing,
    onopentagend: nothing,
    onopentagname: nothing,
    onprocessinginstruction: nothing,
    onselfclosingtag: nothing,
  };
  const tokenizer = new Tokenizer({ decodeEntities: true }, callbacks);
  const run = (context: string, value: string, end: string): string => {
    raw = value;
    shift = context.length;
    decoded = "";
    tokenizer.reset();
    tokenizer.write(context);
    tokenizer.write(value);
    if (end !== "") tokenizer.write(end);
    tokenizer.end();
    const whole = decoded;
    // Each is a slice of the page and would keep all of it in memory.
    tokenizer.reset();
    raw = "";
    decoded = "";
    return whole;
  };
  return {
    text: (value) => (value.includes("&") ? run(inText, value, "") : value),
    attribute: (value) => (value.includes("&") ? run(inAttribute, value.replaceAll('"', "&quot;"), '"') : value),
  };
}
