import type { Block } from "../core/page.ts";
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

/** The view with the texts of its blocks as people see them; the same view where that changes nothing. */
export function visibleView(view: RightsView): RightsView {
  const { blocks } = view.page;
  return blocks.some(hidesText) ? { ...view, page: { ...view.page, blocks: blocks.map(visibleBlock) } } : view;
}

function hidesText({ text }: Block): boolean {
  return anyInvisible.test(text);
}

function visibleBlock(block: Block): Block {
  return hidesText(block) ? { ...block, text: visibleTextOf(block.text) } : block;
}
