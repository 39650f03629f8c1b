/** True when the text fits the pattern. */
export type Glob = (text: string) => boolean;

/**
 * A pattern in which `*` stands for any run of characters, slashes too, and every other character for itself. Each
 * piece between stars is searched for once, from left to right: no pattern causes backtracking.
 */
export function globOf(pattern: string): Glob {
  const [first = "", ...rest] = pattern.split(/\*+/);
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
