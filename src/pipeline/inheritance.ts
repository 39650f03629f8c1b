import type { JudgedDocument, Policy } from "../core/decisions.ts";
import type { Hex, SiteFile } from "../core/records.ts";
import { evidenceKindNames, type Evidence, type SeenEvidence, type Signal, type SiteSignal } from "../core/rights.ts";
import type { Inherited, InheritedCapture, InheritedSignal } from "../core/versions.ts";
import type { UnjudgedDocument } from "../ledger/decisions.ts";
import type { Ledger } from "../ledger/open.ts";
import { siteFileOf, siteFilesOf, type SiteFileCapture } from "../ledger/site-files.ts";
import { tiesOf, type TiedCapture } from "../ledger/ties.ts";
import { licenceOf } from "../rights/licence-of.ts";
import { licenceRank } from "../rights/licence-table.ts";
import { siteReaderOf } from "../rights/site/site-reader.ts";

/** What is asked of a document to find what holds for it from elsewhere. */
export interface Heir {
  /** In its ledger. */
  readonly key: number;
  readonly url: string;
  readonly capturedAt: number | null;
  /** Its own. */
  readonly licence: string;
  readonly signals: readonly Pick<Signal, "kind" | "preference" | "value">[];
}

/** What holds for a document besides its own words; `null`: no other capture was looked at for it. */
export type Inheritance = (heir: Heir) => Inherited | null;

/**
 * What other captures say about the documents of a ledger: newer ones of the same address, the page that a text was made of,
 * the robots.txt and tdmrep.json of the site. Under `at-capture` nothing that was said later counts.
 */
export function inheritanceOf(ledger: Ledger, { state, signals }: Pick<Policy, "state" | "signals">): Inheritance {
  const sites = siteFinder(ledger, state, new Set(signals.agents));
  return (heir) => {
    const tied = tiesOf(ledger, heir.key).filter(({ relation }) => state === "newest" || relation === "page");
    const site = sites(heir);
    if (tied.length === 0 && site.length === 0) return null;
    return {
      captures: [...tied.map(capturedOf), ...site.map(({ capture }) => siteCaptureOf(capture))],
      signals: [
        ...tied.flatMap(({ id, signals: said }) => said.map((signal) => ({ ...signal, from: id }))),
        ...site.flatMap(({ capture, read }) => siteSignals(heir, capture.id, read(heir.url))),
      ],
      licence: licenceInForce(heir.licence, tied),
    };
  };
}

/** A document with all that holds for it, as a policy judges it. */
export function judgedWith(document: UnjudgedDocument, inherited: Inherited | null): JudgedDocument {
  const { key: _, recordType, ...judged } = document;
  const hasPage = inherited?.captures.some(({ relation }) => relation === "page") === true;
  return {
    ...judged,
    licence: inherited?.licence?.id ?? document.licence,
    signals: inherited === null ? document.signals : [...document.signals, ...inherited.signals],
    withoutPage: recordType === "conversion" && !hasPage && document.standing !== "derived",
  };
}

function capturedOf({ relation, id, url, capturedAt, payloadSha256 }: TiedCapture): InheritedCapture {
  return { relation, id, url, capturedAt: isoOf(capturedAt), payloadSha256 };
}

function siteCaptureOf({ id, url, capturedAt, payloadSha256 }: SiteFileCapture): InheritedCapture {
  return { relation: "site", id, url, capturedAt: isoOf(capturedAt), payloadSha256 };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** TDMRep: what the page or its headers say prevails over the file of the site, in either direction. */
function siteSignals({ signals }: Heir, from: Hex, said: readonly SiteSignal[]): InheritedSignal[] {
  const isSettled = signals.some(({ kind, value }) => kind === "tdm-reservation" && value !== null);
  return said.filter(({ kind }) => kind !== "tdmrep" || !isSettled).map((signal) => Object.assign({ from }, signal));
}

/**
 * A page gives its licence to the text that was made of it. A newer capture can only restrict: what it grants, it grants for
 * what it shows. @returns `null` when the document's own is in force
 */
function licenceInForce(own: string, tied: readonly TiedCapture[]): Inherited["licence"] {
  const named = tied.flatMap(({ id, relation, licence, evidence }) => {
    const stated = licence ?? licenceOf(evidence.filter(isSeen), true).id;
    const counts = stated !== "NOASSERTION" && (relation === "page" || own !== "NOASSERTION");
    return counts ? [{ id: stated, from: id }] : [];
  });
  const strictest = named.reduce<Inherited["licence"]>(
    (so, one) => (so === null || licenceRank(one.id) > licenceRank(so.id) ? one : so),
    null,
  );
  if (strictest === null || own === strictest.id) return null;
  return own === "NOASSERTION" || licenceRank(strictest.id) > licenceRank(own) ? strictest : null;
}

/** A ledger may hold kinds of another version. */
function isSeen(evidence: Evidence): evidence is SeenEvidence {
  return (evidenceKindNames as readonly string[]).includes(evidence.kind);
}

interface Site {
  readonly capture: SiteFileCapture;
  readonly read: (url: string) => readonly SiteSignal[];
}

/** Finds the files that govern a document: of each kind the newest of its origin, else that of the same host's other origin. */
function siteFinder(ledger: Ledger, state: Policy["state"], agents: ReadonlySet<string>): (heir: Heir) => Site[] {
  const byOrigin = new Map<string, SiteFileCapture[]>();
  for (const capture of siteFilesOf(ledger)) {
    const origin = originOf(capture.url);
    if (origin === null) continue;
    const of = byOrigin.get(origin) ?? [];
    byOrigin.set(origin, of);
    of.push(capture);
  }
  for (const of of byOrigin.values()) of.sort(byTime);
  const read = siteTexts(ledger, agents);
  return ({ url, capturedAt }) => {
    const origin = originOf(url);
    if (origin === null || byOrigin.size === 0) return [];
    const other = origin.startsWith("https:") ? `http:${origin.slice(6)}` : `https:${origin.slice(5)}`;
    const governing = (["robots-txt", "tdmrep"] as const).flatMap((kind) => {
      const of = [origin, other].map((name) => (byOrigin.get(name) ?? []).filter((one) => one.kind === kind));
      const files = of.find(({ length }) => length > 0) ?? [];
      const then = files.findLast((one) => (one.capturedAt ?? -Infinity) <= (capturedAt ?? Infinity));
      return (state === "newest" ? files.at(-1) : (then ?? files[0])) ?? [];
    });
    return governing.map((capture) => ({ capture, read: read(capture) }));
  };
}

function byTime(a: SiteFileCapture, b: SiteFileCapture): number {
  return (a.capturedAt ?? -Infinity) - (b.capturedAt ?? -Infinity) || (a.id < b.id ? -1 : 1);
}

/** Scheme, host and port as browsers have them: what robots.txt speaks for (RFC 9309, 2.3). */
function originOf(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return null;
  return `${parsed.protocol}//${parsed.host.replace(/\.(?=:|$)/, "")}`;
}

/** Parsed files kept; documents come site by site more or less. */
const keptReaders = 256;

function siteTexts(
  ledger: Ledger,
  agents: ReadonlySet<string>,
): (capture: SiteFileCapture) => (url: string) => readonly SiteSignal[] {
  const readers = new Map<string, (url: string) => readonly SiteSignal[]>();
  return (capture) => {
    const name = `${capture.kind} ${capture.statement} ${capture.cut}`;
    const known = readers.get(name);
    if (known !== undefined) return known;
    const file: SiteFile = siteFileOf(ledger, capture);
    const made = siteReaderOf(file, agents);
    if (readers.size >= keptReaders) readers.clear();
    readers.set(name, made);
    return made;
  };
}
