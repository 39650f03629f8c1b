import type { JudgedDocument } from "../core/decisions.ts";
import type { RuleSetRow } from "../core/records.ts";
import type { ManifestRow } from "./manifest-row.ts";

/**
 * What a policy looks at, from a row alone: a policy has the same reasons against it as against the document in the ledger.
 * @param rules those of the manifest; the same list for all of its rows
 */
export function judgedOf(row: ManifestRow, rules: readonly RuleSetRow[]): JudgedDocument {
  const { id, url, canonicalUrl, truncated, language, licence, signals, cluster } = row;
  return {
    id,
    url,
    host: hostOf(url),
    canonicalUrl,
    capturedAt: row.capturedAt === null ? null : Date.parse(row.capturedAt),
    truncated,
    language: language.code,
    languageScore: language.score,
    licence: licence.id,
    ruleSet: rules,
    measurements: rules.map(({ name }) => row.measurements[name] ?? null),
    signals,
    cluster: cluster?.id ?? null,
  };
}

function hostOf(url: string): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? "";
  return authority
    .slice(authority.lastIndexOf("@") + 1)
    .replace(/:\d*$/, "")
    .toLowerCase();
}
