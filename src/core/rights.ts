/** What an observation is about, from the narrowest to the widest. */
export const subjects = ["part", "page", "site", "file"] as const;
export type Subject = (typeof subjects)[number];

/**
 * Every kind of evidence, in the order in which a page's evidence is listed. Where two kinds name licences of one
 * family, the earlier kind decides.
 */
export const evidenceKindNames = [
  "http-link",
  "meta",
  "rel-license",
  "cc-link",
  "licence-link",
  "cc-badge",
  "text-notice",
] as const;
export type EvidenceKindName = (typeof evidenceKindNames)[number];

/** Every kind of signal, in the order in which a page's signals are listed. */
export const signalKindNames = ["x-robots-tag", "meta-robots", "tdm-reservation", "content-usage"] as const;
export type SignalKindName = (typeof signalKindNames)[number];

/**
 * Files in which a site speaks for all its pages, by the path at which they are found. `docs/rules.md` is made from this
 * table.
 */
export const siteFiles = {
  "robots-txt": "/robots.txt",
  tdmrep: "/.well-known/tdmrep.json",
} as const;
export type SiteFileKind = keyof typeof siteFiles;

/** Every kind of signal that such a file can give, in the order in which they are listed. */
export const siteSignalKindNames = ["robots-txt", "content-signal", "content-usage", "tdmrep"] as const;
export type SiteSignalKindName = (typeof siteSignalKindNames)[number];

/** What a signal can be about. `docs/rules.md` is made from this table. */
export const preferences = {
  index: "listing the page in a search index",
  follow: "following the links of the page",
  archive: "keeping a copy of the page for others to see",
  snippet: "showing an extract of the page",
  ai: "use of the text for artificial intelligence",
  "image-ai": "use of the images for artificial intelligence",
  tdm: "text and data mining",
  "train-ai": "training of models",
  "ai-input": "use of the text as input of a model that answers",
  search: "search applications",
  crawl: "fetching the page",
} as const;
export type Preference = keyof typeof preferences;

/** What a licence rests on when it is not one kind of evidence alone. `docs/rules.md` is made from this table. */
export const otherBases = {
  conflict:
    "evidence names licences that differ in terms or version, or a reservation or an unread restriction stands beside a mention",
  "part-only": "evidence speaks of parts of the page only, a picture or a quotation",
  "none-found": "no evidence names a licence",
  incomplete: "no evidence names a licence, and the capture was cut off",
} as const;

/** What decided a licence: a kind of evidence, with `+reserved` when the page also reserves all rights, or another basis. */
export type LicenceBasis = EvidenceKindName | `${EvidenceKindName}+reserved` | keyof typeof otherBases;

/**
 * One observation about rights: what was seen, where, in which words, and what it is about. A ledger or a manifest may
 * hold kinds from another version of this program, so any string is possible; what this version finds on a page is
 * `SeenEvidence`.
 */
export interface Evidence<Kind extends string = string> {
  readonly kind: Kind;
  /** SPDX id or `LicenseRef-...` that it names; `null` when it names none that is known, or restricts it in words that were not read. */
  readonly licence: string | null;
  /** The address or identifier as it is on the page. */
  readonly value: string;
  /** Where: `http-header:link`, `head`, `body`, `footer`, `meta:dc.rights`, ... */
  readonly place: string;
  /** The words around it, white space folded, at most 300 code units; untrusted. */
  readonly quote: string;
  readonly subject: Subject;
}

export type SeenEvidence = Evidence<EvidenceKindName>;

/** An opt-out or preference of the publisher; kinds and preferences as with evidence. */
export interface Signal<Kind extends string = string, About extends string = string> {
  readonly kind: Kind;
  readonly preference: About;
  /** `n` = reserved or refused, `y` = allowed, `null` = stated in a way that cannot be read. */
  readonly value: "y" | "n" | null;
  /** Lower-case agent it is addressed to, `*` for all. */
  readonly agent: string;
  /** `http-header:x-robots-tag`, `meta:robots`, ... */
  readonly place: string;
  /** As written, at most 300 code units; untrusted. */
  readonly quote: string;
  /** Address of a policy it points to, if any. */
  readonly policyUrl: string | null;
}

export type SeenSignal = Signal<SignalKindName, Preference>;
export type SiteSignal = Signal<SiteSignalKindName, Preference>;

/** `id` is SPDX, `LicenseRef-...`, or `NOASSERTION` when nothing was found; `basis` says what decided. */
export interface Licence<Basis extends string = string> {
  readonly id: string;
  readonly basis: Basis;
}

/** Everything that the rights stage reads. `complete` is false for truncated captures: then absence means unknown. */
export interface RightsView {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly page: import("./page.ts").Page;
  readonly complete: boolean;
}
