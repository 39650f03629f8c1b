/** Items looked at from the top and from the foot of a page: notices stand at its top or its foot, and what lies between is mostly credits. */
const atEach = 200;

/** All items, or the first and last of very many: looking at the words around one costs time that a page must not choose. */
export function firstAndLast<Item>(items: readonly Item[]): readonly Item[] {
  return items.length <= atEach * 2 ? items : [...items.slice(0, atEach), ...items.slice(-atEach)];
}
