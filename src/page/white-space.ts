/** True for a stretch of ASCII white space, and for an empty one. */
export function isWhiteSpace(source: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = source.charCodeAt(at);
    if (code !== 0x20 && (code > 0x0d || code < 0x09)) return false;
  }
  return true;
}
