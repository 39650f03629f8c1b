/**
 * Items looked at from the top and from the foot of a page: notices are at the top or the foot, and what is between
 * is mostly credits.
 */
const atEach = 200;

/**
 * All items, or the first and last of very many: examining the words around each costs time, and a page must not
 * control how much.
 */
export function firstAndLast<Item>(items: readonly Item[]): readonly Item[] {
  return items.length <= atEach * 2 ? items : [...items.slice(0, atEach), ...items.slice(-atEach)];
}
