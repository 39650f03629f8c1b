/** Claims looked at from each end of a page: notices stand at its top or its foot, and what lies between is mostly credits. */
const endLength = 200;

/** All items, or the first and last of very many: looking at the words around a claim costs time that a page must not choose. */
export function bothEnds<Item>(items: readonly Item[]): readonly Item[] {
  return items.length <= endLength * 2 ? items : [...items.slice(0, endLength), ...items.slice(-endLength)];
}
