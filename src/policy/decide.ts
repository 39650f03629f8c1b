import type { Decision, JudgedDocument, LicenceKnowledge, Policy } from "../core/decisions.ts";
import { comparePrecedence, compareTimes } from "../core/precedence.ts";
import type { Hex } from "../core/records.ts";
import { licenceAllowed, reasonsAgainst } from "./reasons.ts";

/** A member of a cluster, with what was found against it alone. */
interface Member {
  readonly document: JudgedDocument;
  readonly reasons: readonly string[];
}

/**
 * Decides about every document. The decisions depend only on the set of documents, not on their order. Those about
 * documents in no cluster are yielded as they are read; those about clusters at the end, in order of cluster and id.
 *
 * Of a cluster one copy is kept: among the members with no other reason against them, the first by `comparePrecedence`.
 */
export function* decide(
  policy: Policy,
  documents: Iterable<JudgedDocument>,
  licences: LicenceKnowledge,
): Generator<Decision> {
  const clusters = new Map<Hex, Member[]>();
  for (const document of documents) {
    const reasons = reasonsAgainst(policy, document, licences);
    if (document.cluster === null) {
      yield { document: document.id, reasons };
      continue;
    }
    const members = clusters.get(document.cluster) ?? [];
    members.push({ document: withoutBulk(document), reasons });
    clusters.set(document.cluster, members);
  }
  for (const [, members] of [...clusters].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* clusterDecisions(policy, members, licences);
  }
}

function clusterDecisions(policy: Policy, members: readonly Member[], licences: LicenceKnowledge): Decision[] {
  const laundered = launderedReasons(policy, members, licences);
  const ordered = members.toSorted((a, b) => comparePrecedence(a.document, b.document, licences.rankOf));
  const kept = laundered.length > 0 ? undefined : ordered.find(({ reasons }) => reasons.length === 0);
  return ordered
    .map((member) => {
      // If nothing is kept, no member duplicates a kept one, and saying so would hide the real reason.
      const duplicate = policy.duplicates === "keep-one" && kept !== undefined && member !== kept;
      return {
        document: member.document.id,
        reasons: [...member.reasons, ...laundered, ...(duplicate ? ["duplicate"] : [])],
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
  members: readonly Member[],
  licences: LicenceKnowledge,
): string[] {
  if (wanted.inCluster === "own") return [];
  const documents = members.map(({ document }) => document);
  const strictestFirst = (a: JudgedDocument, b: JudgedDocument): number =>
    licences.rankOf(b.licence) - licences.rankOf(a.licence) ||
    (a.licence < b.licence ? -1 : Number(a.licence > b.licence));
  const [governing] = documents.sort(
    (a, b) => (wanted.inCluster === "earliest" ? compareTimes(a.capturedAt, b.capturedAt) : 0) || strictestFirst(a, b),
  );
  if (governing === undefined || licenceAllowed(wanted, governing.licence, licences)) return [];
  return [`cluster-licence:${governing.licence}`];
}

/** Members are held until their cluster is complete, without the fields that only their own reasons needed. */
function withoutBulk(document: JudgedDocument): JudgedDocument {
  return { ...document, measurements: [], signals: [] };
}
