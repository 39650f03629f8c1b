/** A block under construction: collects pieces of text and folds white space as CSS would. */
export interface BlockWriter {
  text: string;
  /** What is written before the next piece, once there is one. */
  spacePending: boolean;
  linePending: boolean;
  /** Holds preformatted text. */
  keepsSpace: boolean;
}

const whiteRun = /[\t\n\f\r\v\u00a0]|\s\s/;

export function blockWriter(): BlockWriter {
  return { text: "", spacePending: false, linePending: false, keepsSpace: false };
}

export function clearWriter(writer: BlockWriter): void {
  writer.text = "";
  writer.spacePending = false;
  writer.linePending = false;
  writer.keepsSpace = false;
}

/** Adds a piece of decoded text. Returns its code units in the block, without the separator before it. */
export function addPiece(writer: BlockWriter, piece: string, preformatted: boolean): number {
  if (preformatted) {
    settle(writer);
    writer.keepsSpace = true;
    writer.text += piece;
    return piece.length;
  }
  const trimmed = piece.trim();
  if (trimmed === "") {
    writer.spacePending = true;
    return 0;
  }
  if (piece.length !== trimmed.length && isWhite(piece.charCodeAt(0))) writer.spacePending = true;
  settle(writer);
  const folded = whiteRun.test(trimmed) ? trimmed.replaceAll(/\s+/g, " ") : trimmed;
  writer.text += folded;
  writer.spacePending = piece.length !== trimmed.length && isWhite(piece.charCodeAt(piece.length - 1));
  return folded.length;
}

/** A forced line end; false when there is one already, so that two in a row can end a paragraph. */
export function addLineBreak(writer: BlockWriter): boolean {
  if (writer.linePending) return false;
  writer.linePending = true;
  return true;
}

/** The text so far; the writer starts again from nothing. */
export function takeText(writer: BlockWriter): string {
  const { text, keepsSpace } = writer;
  clearWriter(writer);
  if (!keepsSpace) return text;
  return text
    .replaceAll(/\r\n?/g, "\n")
    .replace(/^\s*\n/, "")
    .trimEnd();
}

/** The separator is written only once something follows it. */
function settle(writer: BlockWriter): void {
  if (writer.text !== "" && writer.linePending) writer.text += "\n";
  else if (writer.text !== "" && writer.spacePending) writer.text += " ";
  writer.spacePending = false;
  writer.linePending = false;
}

function isWhite(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || (code >= 0x1680 && /\s/.test(String.fromCharCode(code)));
}
