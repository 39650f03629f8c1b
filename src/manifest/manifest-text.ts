import { createHash } from "node:crypto";

import type { Hex } from "../core/records.ts";
import type { ManifestFile } from "./manifest-head.ts";

export const documentsPath = "documents.jsonl.zst";
export const manifestPath = "manifest.json";
export const digestListPath = "SHA256SUMS";

/** `text/00000.jsonl.zst` for the first. */
export function shardPath(index: number): string {
  return `text/${String(index).padStart(5, "0")}.jsonl.zst`;
}

/** The very bytes of `manifest.json`: keys sorted at every depth, two spaces of indent. */
export function manifestText(manifest: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(manifest)), null, 2)}\n`;
}

/** `SHA256SUMS`, for `sha256sum -c`. */
export function digestList(files: readonly Pick<ManifestFile, "path" | "sha256">[], manifestSha256: Hex): string {
  return [...files, { path: manifestPath, sha256: manifestSha256 }]
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join("");
}

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
