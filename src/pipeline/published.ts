import type { RuleSetRow } from "../core/records.ts";
import type { LoadedPolicy } from "../corpus/policy-file.ts";
import { archiveTotals } from "../ledger/archives.ts";
import { policyIn } from "../ledger/decisions.ts";
import { funnel, type Funnel as LedgerFunnel } from "../ledger/funnel.ts";
import { keptDocuments } from "../ledger/kept-documents.ts";
import type { Ledger } from "../ledger/open.ts";
import { ruleSets } from "../ledger/rows.ts";
import type { Funnel, Source } from "../manifest/manifest-head.ts";
import { manifestRowOf, type UnplacedRow } from "../manifest/manifest-row.ts";
import type { AskLedger } from "../manifest/verify/ledger.ts";
import { inheritanceOf } from "./inheritance.ts";

/**
 * The rows of one partition's manifest, in order of id: what is published, and what `verify` expects to have been.
 * @param ledgers all partitions
 */
export function* publishedRows(
  ledger: Ledger,
  { sha256, policy }: Pick<LoadedPolicy, "sha256" | "policy">,
  ledgers: readonly Ledger[],
): Generator<UnplacedRow> {
  const inheritance = inheritanceOf(ledger, policy);
  for (const { key, capture, ...context } of keptDocuments(ledger, sha256, ledgers)) {
    const { url, capturedAt, document } = capture;
    const inherited = inheritance({ key, url, capturedAt, licence: document.licence, signals: document.signals });
    yield manifestRowOf(capture, { ...context, inherited });
  }
}

/** Every archive with all of its bytes, in the manifest of each partition: rows of any may come from any archive. */
export function publishedSources(ledgers: readonly Ledger[]): Source[] {
  return archiveTotals(ledgers).map(({ name, sha256, bytes, slices, recordBytes, lostBytes }) => ({
    name,
    sha256,
    bytes,
    slices,
    recordBytes,
    lostBytes,
  }));
}

/** Every rule of every revision that measured something; usually there is one set. */
export function publishedRules(ledger: Ledger): RuleSetRow[] {
  const all = [...ruleSets(ledger).values()].flat().map((rule) => [`${rule.name}@${rule.revision}`, rule] as const);
  return [...new Map(all).values()];
}

/** What is published of a funnel when every document has been decided about. */
export function publishedFunnel({ documents: _documents, undecided: _undecided, ...counted }: LedgerFunnel): Funnel {
  return counted;
}

/** Answers from the partitions of a corpus, all of them open. */
export function askingLedgers(ledgers: readonly Ledger[]): AskLedger {
  return ({ policy: { sha256 }, sources: stated }, partition) => {
    const ledger = ledgers[partition];
    if (ledger === undefined) return `the ledger has ${ledgers.length} partitions`;
    const funnels = ledgers.map((one) => funnel(one, sha256));
    if (funnels.every(({ kept, refused, documents }) => kept + refused === 0 && documents > 0))
      return "it was not decided by this policy";
    const policy = policyIn(ledger, sha256);
    if (policy === null) return "it does not know this policy";
    const own = funnels[partition] ?? funnel(ledger, sha256);
    const sources = publishedSources(ledgers);
    const known = new Set(stated.map((source) => source.sha256));
    return {
      rows: publishedRows(ledger, { sha256, policy }, ledgers),
      head: { funnel: publishedFunnel(own), sources, rules: publishedRules(ledger) },
      hasMovedOn: funnels.some(({ undecided }) => undecided > 0) || sources.some((source) => !known.has(source.sha256)),
    };
  };
}
