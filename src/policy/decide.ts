import type { Decision, JudgedDocument, LicenceKnowledge, Policy } from "../core/decisions.ts";
import type { Hex } from "../core/records.ts";
import { licenceAllowed, reasonsAgainst } from "./reasons.ts";

/** A member of a cluster, with what was found against it alone. */
interface Claim {
  readonly document: JudgedDocument;
  readonly reasons: readonly string[];
}

/**
 * Decides about every document. What is decided depends on the set of documents only, not on their order; decisions
 * about documents in no cluster come as they are read, those about clusters at the end, in order of cluster and id.
 *
 * Of a cluster one copy is kept: of the members with nothing else against them the one with the best claim, which is the
 * freest licence, then the earliest capture, then an address that the page itself calls canonical, then the smallest id.
 */
export function* decide(
  policy: Policy,
  documents: Iterable<JudgedDocument>,
  licences: LicenceKnowledge,
): Generator<Decision> {
  const clusters = new Map<Hex, Claim[]>();
  for (const document of documents) {
    const reasons = reasonsAgainst(policy, document, licences);
    if (document.cluster === null) {
      yield { document: document.id, reasons };
      continue;
    }
    const claims = clusters.get(document.cluster) ?? [];
    claims.push({ document: withoutBulk(document), reasons });
    clusters.set(document.cluster, claims);
  }
  for (const [, claims] of [...clusters].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* clusterDecisions(policy, claims, licences);
  }
}

function clusterDecisions(policy: Policy, claims: readonly Claim[], licences: LicenceKnowledge): Decision[] {
  const laundered = launderedReasons(policy, claims, licences);
  const ordered = claims.toSorted((a, b) => compareClaims(a.document, b.document, licences));
  const kept = laundered.length > 0 ? undefined : ordered.find(({ reasons }) => reasons.length === 0);
  return ordered
    .map((claim) => {
      // With nothing kept, none is the duplicate of a kept one, and saying so would hide the true reason.
      const duplicate = policy.duplicates === "keep-one" && kept !== undefined && claim !== kept;
      return {
        document: claim.document.id,
        reasons: [...claim.reasons, ...laundered, ...(duplicate ? ["duplicate"] : [])],
      };
    })
    .sort((a, b) => (a.document < b.document ? -1 : 1));
}

/**
 * A scraper can put a free licence on somebody else's text, which no single page shows. So a policy may ask that the
 * licence of the copy captured first, or the most restrictive in the cluster, be allowed as well.
 */
function launderedReasons(
  { licences: wanted }: Policy,
  claims: readonly Claim[],
  licences: LicenceKnowledge,
): string[] {
  if (wanted.inCluster === "own") return [];
  const documents = claims.map(({ document }) => document);
  const strictestFirst = (a: JudgedDocument, b: JudgedDocument): number =>
    licences.rankOf(b.licence) - licences.rankOf(a.licence) ||
    (a.licence < b.licence ? -1 : Number(a.licence > b.licence));
  const [governing] = documents.sort(
    (a, b) => (wanted.inCluster === "earliest" ? compareTimes(a.capturedAt, b.capturedAt) : 0) || strictestFirst(a, b),
  );
  if (governing === undefined || licenceAllowed(wanted, governing.licence, licences)) return [];
  return [`cluster-licence:${governing.licence}`];
}

/** Below zero when `a` has the better claim; zero only for a document and itself. */
function compareClaims(a: JudgedDocument, b: JudgedDocument, { rankOf }: LicenceKnowledge): number {
  return (
    rankOf(a.licence) - rankOf(b.licence) ||
    compareTimes(a.capturedAt, b.capturedAt) ||
    Number(b.canonicalUrl === b.url) - Number(a.canonicalUrl === a.url) ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

/** An unknown time is later than any that is known. */
function compareTimes(a: number | null, b: number | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null ? -1 : a - b;
}

/** Members wait for the rest of their cluster: what only their own reasons needed need not wait with them. */
function withoutBulk(document: JudgedDocument): JudgedDocument {
  return { ...document, measurements: [], signals: [] };
}
