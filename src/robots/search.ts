/** Up to this length `indexOf` is used, which may compare every character of a piece at every position. */
const shortPiece = 8;

/** An upper bound on the steps that searching for the pieces after the first can take. */
export function searchCost(pieces: readonly string[], textLength: number): number {
  let longest = 0;
  let characters = 0;
  for (let index = 1; index < pieces.length; index += 1) {
    const { length } = pieces[index] ?? "";
    longest = Math.max(longest, length);
    characters += length;
  }
  return textLength * Math.min(longest, shortPiece) + 8 * pieces.length + characters;
}

/**
 * The first index of the piece at or after `from`, or -1, in time linear in the text. Source: Knuth, Morris and Pratt
 * 1977, Fast Pattern Matching in Strings, SIAM Journal on Computing 6(2).
 */
export function indexOfPiece(text: string, piece: string, from: number): number {
  if (piece.length <= shortPiece) return text.indexOf(piece, from);
  if (text.length - from < piece.length) return -1;
  const borders = bordersOf(piece);
  let matched = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    while (matched > 0 && piece.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (piece.charCodeAt(matched) === code) matched += 1;
    if (matched === piece.length) return at - matched + 1;
  }
  return -1;
}

/** For each prefix, the length of the longest shorter prefix that also ends it. */
function bordersOf(piece: string): Uint16Array {
  const borders = new Uint16Array(piece.length);
  let border = 0;
  for (let at = 1; at < piece.length; at += 1) {
    const code = piece.charCodeAt(at);
    while (border > 0 && piece.charCodeAt(border) !== code) border = borders[border - 1] ?? 0;
    if (piece.charCodeAt(border) === code) border += 1;
    borders[at] = border;
  }
  return borders;
}
