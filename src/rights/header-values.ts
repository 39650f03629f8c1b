import type { RightsView } from "../core/rights.ts";

/** Headers are bounded here too: a capture may carry megabytes of them. Real ones have under 2 KiB. */
const valueLimit = 100;
const lengthLimit = 16_384;

/** The values of all fields of that name (lower case), in order. */
export function headerValues(view: RightsView, name: string): string[] {
  const values: string[] = [];
  for (const [field, value] of view.headers) {
    if (field.length !== name.length || field.toLowerCase() !== name) continue;
    values.push(value.slice(0, lengthLimit));
    if (values.length === valueLimit) break;
  }
  return values;
}
