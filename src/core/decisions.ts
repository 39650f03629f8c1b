import type { Hex, RuleSetRow } from "./records.ts";
import type { Signal } from "./rights.ts";
import type { Standing } from "./versions.ts";

/** What to do when a value is not known; a policy has to say so wherever that can happen. */
type OnUnknown = "keep" | "refuse";

/** A policy as it is after validation, defaults filled in; `schemas/policy.schema.json` explains each field. */
export interface Policy {
  readonly name: string;
  readonly description?: string;
  readonly hosts: AllowAndDeny;
  /** Left out in policies that name no address. */
  readonly urls?: AllowAndDeny;
  /** Which state of an address and of its site governs a capture. */
  readonly state: "newest" | "at-capture";
  readonly truncated: OnUnknown;
  /** Texts made of a page that is not in the corpus, whose opt-outs are not known. */
  readonly withoutPage: OnUnknown;
  readonly languages: {
    readonly allow: "any" | readonly string[];
    readonly minScore: number;
    readonly unknown: OnUnknown;
  };
  readonly licences: {
    readonly families: readonly string[];
    readonly ids: readonly string[];
    readonly noAssertion: OnUnknown;
    readonly inCluster: "own" | "earliest" | "most-restrictive";
  };
  readonly signals: {
    readonly refuse: readonly string[];
    readonly agents: readonly string[];
    readonly unreadable: OnUnknown;
  };
  readonly rules: Readonly<Record<string, RuleBound>>;
  readonly duplicates: "keep-one" | "keep-all";
}

/** Entries as the policy has them; `hostNamed` and `urlEntryOf` read them. */
export interface AllowAndDeny {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Both bounds are inclusive; at least one is given. */
export interface RuleBound {
  readonly min?: number;
  readonly max?: number;
  readonly unknown: OnUnknown;
}

/** Everything about a document that a policy uses. */
export interface JudgedDocument {
  readonly id: Hex;
  readonly url: string;
  readonly host: string;
  readonly canonicalUrl: string | null;
  readonly capturedAt: number | null;
  readonly truncated: string | null;
  readonly language: string;
  readonly languageScore: number;
  /** The licence in force: the strictest of the document's own and those that other captures name for it. */
  readonly licence: string;
  /** How it stands among the captures of its address. */
  readonly standing: Standing;
  /** Made of a page that is not in the corpus. */
  readonly withoutPage: boolean;
  /** The same array for all documents of one rule set. */
  readonly ruleSet: readonly RuleSetRow[];
  readonly measurements: readonly (number | null)[];
  /** Its own and those that hold for it from elsewhere. */
  readonly signals: readonly Pick<Signal, "kind" | "preference" | "value" | "agent">[];
  /** Names the cluster; `null` when the document is alone. */
  readonly cluster: Hex | null;
}

/** Kept when there is no reason against it; else all reasons, in the order of `docs/provenance-format.md`. */
export interface Decision {
  readonly document: Hex;
  readonly reasons: readonly string[];
}

/** What the licence table knows; passed in, because the policy room may not import the rights room. */
export interface LicenceKnowledge {
  /** `public-domain`, `attribution`, `share-alike`, ...; licences that are not known have a family too. */
  readonly familyOf: (licence: string) => string;
  /** Freer licences have lower ranks; a licence that is not known ranks after all that are. */
  readonly rankOf: (licence: string) => number;
}
