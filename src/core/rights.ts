/** What an observation is about, from the narrowest to the widest. */
export const subjects = ["part", "page", "site", "file"] as const;
export type Subject = (typeof subjects)[number];

/** One observation about rights: what, where, the quoted words, and what it is about. */
export interface Evidence {
  /** Registry id of the collector that saw it: `rel-license`, `cc-link`, `meta`, ... */
  readonly kind: string;
  /** SPDX id or `LicenseRef-...` that it names, `null` when it names none that is known. */
  readonly licence: string | null;
  /** The address or identifier as it stands on the page. */
  readonly value: string;
  /** Where: `http-header:link`, `head`, `body`, `footer`, `meta:dc.rights`, ... */
  readonly place: string;
  /** The words around it, white space folded, at most 300 code units; untrusted. */
  readonly quote: string;
  readonly subject: Subject;
}

/** An opt-out or preference of the publisher. */
export interface Signal {
  /** Registry id of the reader that saw it: `x-robots-tag`, `meta-robots`, `tdm-reservation`. */
  readonly kind: string;
  /** What it speaks of: `index`, `follow`, `archive`, `snippet`, `ai`, `image-ai`, `tdm`. */
  readonly preference: string;
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

/** `id` is SPDX, `LicenseRef-...`, or `NOASSERTION` when nothing was found; `basis` says which evidence decided. */
export interface Licence {
  readonly id: string;
  readonly basis: string;
}

/** All that the rights stage looks at. `complete` is false for truncated captures: then absence means unknown. */
export interface RightsView {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly page: import("./page.ts").Page;
  readonly complete: boolean;
}
