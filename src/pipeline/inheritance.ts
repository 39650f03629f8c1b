import { hostOfUrl } from "../core/address/host.ts";
import type { JudgedDocument, Policy } from "../core/decisions.ts";
import type { Hex, SiteFile } from "../core/records.ts";
import {
  evidenceKindNames,
  siteFiles,
  type Evidence,
  type SeenEvidence,
  type Signal,
  type SiteFileKind,
  type SiteSignal,
} from "../core/rights.ts";
import { lacksPage, type Inherited, type InheritedCapture, type InheritedSignal } from "../core/versions.ts";
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
  const { key: _, recordType, refersTo, ...judged } = document;
  return {
    ...judged,
    licence: inherited?.licence?.id ?? document.licence,
    signals: inherited === null ? document.signals : [...document.signals, ...inherited.signals],
    withoutPage: document.standing !== "derived" && lacksPage({ recordType, refersTo, inherited }),
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

/** Finds the files that govern a document: of each kind the newest of its host, over `http` or `https`. */
function siteFinder(ledger: Ledger, state: Policy["state"], agents: ReadonlySet<string>): (heir: Heir) => Site[] {
  const bySite = new Map<string, SiteFileCapture[]>();
  for (const capture of siteFilesOf(ledger)) {
    const site = siteOf(capture.url);
    if (site === null) continue;
    const name = `${capture.kind} ${site}`;
    const of = bySite.get(name) ?? [];
    bySite.set(name, of);
    of.push(capture);
  }
  for (const of of bySite.values()) of.sort(byTime);
  const read = siteTexts(ledger, agents);
  return ({ url, capturedAt }) => {
    const site = bySite.size === 0 ? null : siteOf(url);
    if (site === null) return [];
    const governing = kinds.flatMap((kind) => {
      const files = bySite.get(`${kind} ${site}`) ?? [];
      const then = files.findLast((one) => (one.capturedAt ?? -Infinity) <= (capturedAt ?? Infinity));
      return (state === "newest" ? files.at(-1) : (then ?? files[0])) ?? [];
    });
    return governing.map((capture) => ({ capture, read: read(capture) }));
  };
}

const kinds = Object.keys(siteFiles) as readonly SiteFileKind[];

function byTime(a: SiteFileCapture, b: SiteFileCapture): number {
  return (a.capturedAt ?? -Infinity) - (b.capturedAt ?? -Infinity) || (a.place < b.place ? -1 : 1);
}

/**
 * Host and port as browsers have them. robots.txt speaks for one scheme alone (RFC 9309, 2.3), but sites that redirect one
 * scheme to the other say there what holds for both.
 */
function siteOf(url: string): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return null;
  return `${hostOfUrl(url)}:${parsed.port}`;
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
