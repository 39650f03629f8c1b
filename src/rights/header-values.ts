import type { RightsView } from "../core/rights.ts";

/**
 * The values of all fields of that name (lower case), in order. None is cut or left out, since a reservation may stand at the
 * end of the last one; heads are bounded where they are read, and what reads values takes time in proportion to them.
 */
export function headerValues(view: RightsView, name: string): string[] {
  const values: string[] = [];
  for (const [field, value] of view.headers)
    if (field.length === name.length && field.toLowerCase() === name) values.push(value);
  return values;
}
