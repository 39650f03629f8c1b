import { hostOfUrl } from "../core/address/host.ts";
import type { JudgedDocument } from "../core/decisions.ts";
import type { RuleSetRow } from "../core/records.ts";
import { lacksPage } from "../core/versions.ts";
import { licenceInForce, type ManifestRow } from "./manifest-row.ts";

/**
 * What a policy looks at, from a row alone: a policy has the same reasons against it as against the document in the ledger.
 * @param rules those of the manifest; the same list for all of its rows
 */
export function judgedOf(row: ManifestRow, rules: readonly RuleSetRow[]): JudgedDocument {
  const { id, url, canonicalUrl, truncated, language, signals, inherited, cluster } = row;
  return {
    id,
    url,
    host: hostOfUrl(url),
    canonicalUrl,
    capturedAt: row.capturedAt === null ? null : Date.parse(row.capturedAt),
    truncated,
    language: language.code,
    languageScore: language.score,
    licence: licenceInForce(row),
    // What is not current is not published, which only the ledger can contradict.
    standing: "current",
    withoutPage: lacksPage(row),
    ruleSet: rules,
    measurements: rules.map(({ name }) => row.measurements[name] ?? null),
    signals: inherited === null ? signals : [...signals, ...inherited.signals],
    cluster: cluster?.id ?? null,
  };
}
