/** Something in a policy that is allowed and does nothing, so that it was probably meant otherwise. */
export interface PolicyWarning {
  /** `hosts.deny`, `licences.ids`, ... */
  readonly field: string;
  /** As the policy has it. */
  readonly entry: string;
  readonly didYouMean: string | null;
  /** One sentence for people. */
  readonly message: string;
}

/** Warnings of one field; a list for many corpora names much that this one has not. */
export const warningsPerField = 20;

/** @param what is said of the entry, which follows it */
export function warningOf(field: string, entry: string, what: string, didYouMean: string | null): PolicyWarning {
  const question = didYouMean === null ? "" : `; did you mean ${JSON.stringify(didYouMean)}?`;
  return { field, entry, didYouMean, message: `${field}: ${what} ${JSON.stringify(entry)}${question}` };
}

/** A warning for each item, and one that counts those beyond the bound. */
export function warningsOf<Item>(
  field: string,
  items: readonly Item[],
  warn: (item: Item) => PolicyWarning,
): PolicyWarning[] {
  const warnings = items.slice(0, warningsPerField).map(warn);
  const more = items.length - warnings.length;
  if (more === 0) return warnings;
  return [
    ...warnings,
    { field, entry: "", didYouMean: null, message: `${field}: the same is true of ${more} more entries` },
  ];
}
