/** A block under construction: pieces of text go in, white space folded on the way, as CSS would fold it. */
export interface BlockWriter {
  /** A new page. */
  readonly begin: () => void;
  /** Adds a piece of decoded text; returns its code units in the block, without what parts it from the last. */
  readonly add: (piece: string, preformatted: boolean) => number;
  /** White space between pieces. */
  readonly space: () => void;
  /** A forced line end; false when one stands there already, so that two in a row can end a paragraph. */
  readonly lineBreak: () => boolean;
  /** Code units so far. */
  readonly length: () => number;
  /** The text so far; the writer starts again from nothing. */
  readonly take: () => string;
}

const whiteRun = /[\t\n\f\r\v\u00a0]|\s\s/;

export function blockWriter(): BlockWriter {
  let text = "";
  let spacePending = false;
  let linePending = false;
  let keepsSpace = false;

  /** What was held back is written once something follows it. */
  const settle = (): void => {
    if (text !== "" && linePending) text += "\n";
    else if (text !== "" && spacePending) text += " ";
    spacePending = false;
    linePending = false;
  };
  const begin = (): void => {
    text = "";
    spacePending = false;
    linePending = false;
    keepsSpace = false;
  };
  return {
    begin,
    add(piece, preformatted) {
      if (preformatted) {
        settle();
        keepsSpace = true;
        text += piece;
        return piece.length;
      }
      const trimmed = piece.trim();
      if (trimmed === "") {
        spacePending = true;
        return 0;
      }
      if (piece.length !== trimmed.length && isWhite(piece.charCodeAt(0))) spacePending = true;
      settle();
      const folded = whiteRun.test(trimmed) ? trimmed.replaceAll(/\s+/g, " ") : trimmed;
      text += folded;
      spacePending = piece.length !== trimmed.length && isWhite(piece.charCodeAt(piece.length - 1));
      return folded.length;
    },
    space() {
      spacePending = true;
    },
    lineBreak() {
      if (linePending) return false;
      linePending = true;
      return true;
    },
    length: () => text.length,
    take() {
      const taken = keepsSpace
        ? text
            .replaceAll(/\r\n?/g, "\n")
            .replace(/^\s*\n/, "")
            .trimEnd()
        : text;
      begin();
      return taken;
    },
  };
}

function isWhite(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || (code >= 0x1680 && /\s/.test(String.fromCharCode(code)));
}
