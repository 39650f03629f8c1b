import type { Decision, JudgedDocument, LicenceKnowledge, Policy, RuleBound } from "../core/decisions.ts";
import { comparePrecedence, compareTimes } from "../core/precedence.ts";
import type { Hex, RuleSetRow } from "../core/records.ts";
import type { Standing } from "../core/versions.ts";
import { hostReasons, urlReasons } from "./place-reasons.ts";

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
  const documents = members.map(({ document }) => document).filter(({ standing }) => speaksInCluster(policy, standing));
  const laundered = clusterLicenceReasons(policy.licences, documents, licences);
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

/** A version that its address no longer has, and what was made of a page, say nothing about what is published now. */
export function speaksInCluster({ state }: Policy, standing: Standing): boolean {
  return state === "at-capture" || (standing !== "superseded" && standing !== "derived");
}

type LicensedCopy = Pick<JudgedDocument, "licence" | "capturedAt">;

/**
 * A scraper can put a free licence on somebody else's text, which no single page shows. So a policy may ask that the
 * licence of the copy captured first, or the most restrictive in the cluster, be allowed as well.
 */
export function clusterLicenceReasons(
  wanted: Policy["licences"],
  documents: readonly LicensedCopy[],
  licences: LicenceKnowledge,
): string[] {
  if (wanted.inCluster === "own") return [];
  const strictestFirst = (a: LicensedCopy, b: LicensedCopy): number =>
    licences.rankOf(b.licence) - licences.rankOf(a.licence) ||
    (a.licence < b.licence ? -1 : Number(a.licence > b.licence));
  const [governing] = documents.toSorted(
    (a, b) => (wanted.inCluster === "earliest" ? compareTimes(a.capturedAt, b.capturedAt) : 0) || strictestFirst(a, b),
  );
  if (governing === undefined || licenceAllowed(wanted, governing.licence, licences)) return [];
  return [`cluster-licence:${governing.licence}`];
}

/** Members are held until their cluster is complete, without the fields that only their own reasons needed. */
function withoutBulk(document: JudgedDocument): JudgedDocument {
  return { ...document, measurements: [], signals: [] };
}

/**
 * Every reason against a document that can be seen without its cluster, in a fixed order: host, address, standing,
 * truncation, language, licence, signals by name, rules by name. Each is a code: the kind of reason, a colon, and its
 * subject.
 */
export function reasonsAgainst(policy: Policy, document: JudgedDocument, licences: LicenceKnowledge): string[] {
  return [
    ...hostReasons(policy.hosts, document.host),
    ...(policy.urls === undefined ? [] : urlReasons(policy.urls, document.url)),
    ...standingReasons(policy, document),
    ...(document.truncated !== null && policy.truncated === "refuse" ? ["truncated"] : []),
    ...languageReasons(policy.languages, document),
    ...(licenceAllowed(policy.licences, document.licence, licences) ? [] : [`licence:${document.licence}`]),
    ...signalReasons(policy.signals, document.signals),
    ...ruleReasons(policy.rules, document),
  ];
}

/** Under `at-capture` each capture stands for itself; what was made of a page that is here never does. */
function standingReasons({ state, withoutPage: wanted }: Policy, { standing, withoutPage }: JudgedDocument): string[] {
  if (standing === "derived") return [standing];
  const governed = state === "newest" && standing !== "current" ? [standing] : [];
  return withoutPage && wanted === "refuse" ? [...governed, "without-page"] : governed;
}

/** Is this licence allowed, by its id or by its family? `NOASSERTION` is judged by its own entry alone. */
function licenceAllowed(
  { families, ids, noAssertion }: Policy["licences"],
  licence: string,
  { familyOf }: LicenceKnowledge,
): boolean {
  if (licence === "NOASSERTION") return noAssertion === "keep";
  return ids.includes(licence) || families.includes(familyOf(licence));
}

function languageReasons({ allow, minScore, unknown }: Policy["languages"], document: JudgedDocument): string[] {
  const { language, languageScore } = document;
  if (language === "und") return unknown === "refuse" ? ["language:und"] : [];
  if (allow !== "any" && !allow.includes(language)) return [`language:${language}`];
  // A score that is not a number must not count as a high one.
  return languageScore >= minScore ? [] : [`language:${language}<${minScore}`];
}

function signalReasons(
  { refuse, agents, unreadable }: Policy["signals"],
  signals: JudgedDocument["signals"],
): string[] {
  const reasons = signals
    .filter(({ preference, agent }) => refuse.includes(preference) && agents.includes(agent))
    .flatMap(({ kind, preference, value }) => {
      if (value === "n") return [`signal:${kind}:${preference}`];
      return value === null && unreadable === "refuse" ? [`signal:${kind}:${preference}=unreadable`] : [];
    });
  return [...new Set(reasons)].sort();
}

function ruleReasons(rules: Policy["rules"], { ruleSet, measurements }: JudgedDocument): string[] {
  return compiledRules(rules, ruleSet).flatMap(({ name, bound, position }) => {
    // A rule that was not measured at all is as unknown as one whose measurement is `null`.
    const value = measurements[position] ?? null;
    if (value === null) return bound.unknown === "refuse" ? [`rule:${name}=unknown`] : [];
    const { min = -Infinity, max = Infinity } = bound;
    if (value < min) return [`rule:${name}<${min}`];
    return value > max ? [`rule:${name}>${max}`] : [];
  });
}

interface CompiledRule {
  readonly name: string;
  readonly bound: RuleBound;
  readonly position: number;
}

// A cache by identity, so the function stays pure: looking names up for each document cost more than judging it.
const compiled = new WeakMap<Policy["rules"], WeakMap<readonly RuleSetRow[], readonly CompiledRule[]>>();

function compiledRules(rules: Policy["rules"], ruleSet: readonly RuleSetRow[]): readonly CompiledRule[] {
  const bySet = compiled.get(rules) ?? new WeakMap<readonly RuleSetRow[], readonly CompiledRule[]>();
  compiled.set(rules, bySet);
  const known = bySet.get(ruleSet);
  if (known !== undefined) return known;
  const made = Object.entries(rules)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, bound]) => ({ name, bound, position: ruleSet.findIndex((rule) => rule.name === name) }));
  bySet.set(ruleSet, made);
  return made;
}
