import { createHash } from "node:crypto";

import type { Hex } from "../core/records.ts";

/**
 * One text for one value, by RFC 8785: keys in the order of their UTF-16 code units, no white space, numbers as ECMAScript
 * writes them. Undefined members are left out. A lone surrogate, which the RFC refuses, becomes U+FFFD as it does in
 * UTF-8: quotes are cut by code units, and one cut in two must not stop a manifest.
 * @throws {TypeError} for what JSON cannot hold: NaN, infinities, functions, bigints
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(",")}]`;
  if (typeof value === "object") {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`JSON cannot hold ${typeof value === "number" ? value : typeof value}`);
}

/** SHA-256 of the canonical form: the same for two files that say the same in another layout. */
export function canonicalDigest(value: unknown): Hex {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
