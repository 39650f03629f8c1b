import type { RightsView } from "../core/rights.ts";

const invisible = /\p{Default_Ignorable_Code_Point}+/gu;
const anyInvisible = /\p{Default_Ignorable_Code_Point}/u;

/**
 * The text without what nobody sees: soft hyphens, zero-width spaces and joiners, variation selectors, ... They part the
 * letters of a word ("Non\u00ADCommercial") and words from one another, so no name of a licence is looked for with them.
 * Source: Unicode, DerivedCoreProperties.txt, Default_Ignorable_Code_Point.
 */
export function visibleTextOf(text: string): string {
  return anyInvisible.test(text) ? text.replace(invisible, "") : text;
}

/** The view with the texts of its blocks and links as people see them; the same view where that changes nothing. */
export function visibleView(view: RightsView): RightsView {
  const { blocks, links } = view.page;
  if (!blocks.some(hidesText) && !links.some(hidesText)) return view;
  return { ...view, page: { ...view.page, blocks: blocks.map(visible), links: links.map(visible) } };
}

function hidesText({ text }: { readonly text: string }): boolean {
  return anyInvisible.test(text);
}

function visible<Item extends { readonly text: string }>(item: Item): Item {
  return hidesText(item) ? { ...item, text: visibleTextOf(item.text) } : item;
}
