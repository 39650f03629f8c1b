import { canonicalJson } from "../manifest-text.ts";
import type { Findings } from "./findings.ts";

/**
 * Compares all members of a row with what they should be, whatever they are called, and names the innermost that differs;
 * lists are compared whole. A member that an older row does not have was not known, which `null` says as well.
 */
export function compareMembers(
  what: string,
  where: string,
  [stated, derived]: readonly [stated: object, derived: object],
  report: Findings,
): void {
  const prefix = where.endsWith(".") ? where : `${where} `;
  const [was, is] = [
    new Map<string, unknown>(Object.entries(stated)),
    new Map<string, unknown>(Object.entries(derived)),
  ];
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const [before, now] = [was.get(name) ?? null, is.get(name) ?? null];
    if (isPlain(before) && isPlain(now)) compareMembers(what, `${prefix}${name}.`, [before, now], report);
    else report.expect(what, `${prefix}${name}`, canonicalJson(before), canonicalJson(now));
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
