import type { RuleSetRow } from "../core/records.ts";
import type { LoadedPolicy } from "../corpus/policy-file.ts";
import { archiveTotals } from "../ledger/archives.ts";
import { keptBuilds } from "../ledger/builds.ts";
import { currentPolicy, policyIn } from "../ledger/decisions.ts";
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
  return (manifest, { number, count }) => {
    const { sha256 } = manifest.policy;
    const ledger = ledgers[number];
    if (ledger === undefined || ledgers.length !== count) {
      const [expected, found] = [partitionsInWords(ledgers.length), partitionsInWords(count)];
      return { what: "ledger-partitions", where: `partition ${number}`, expected, found };
    }
    if (ledgers.every((one) => currentPolicy(one) === null)) return "no policy has been applied to it yet";
    const policy = policyIn(ledger, sha256);
    if (policy === null) {
      const found = `${sha256}, by which it never decided`;
      return { what: "ledger-policy", where: "policy", expected: "a policy of this ledger", found };
    }
    const funnels = ledgers.map((one) => funnel(one, sha256));
    const sources = publishedSources(ledgers);
    const stated = new Set(manifest.sources.map((source) => source.sha256));
    const ofSources = archiveTotals([ledger]).filter((source) => stated.has(source.sha256));
    return {
      rows: publishedRows(ledger, { sha256, policy }, ledgers),
      head: {
        funnel: publishedFunnel(funnels[number] ?? funnel(ledger, sha256)),
        sources,
        rules: publishedRules(ledger),
        builds: keptBuilds(ledger, sha256),
      },
      capturesOfSources: ofSources.reduce((sum, { captures }) => sum + captures, 0),
      hasMovedOn:
        funnels.some(({ undecided }) => undecided > 0) || sources.some((source) => !stated.has(source.sha256)),
    };
  };
}

function partitionsInWords(count: number): string {
  return count === 1 ? "one whole" : `${count} partitions`;
}
