import type { JudgedDocument, LicenceKnowledge } from "./decisions.ts";

/** What decides which of several copies of a text takes precedence. */
export type Copy = Pick<JudgedDocument, "id" | "url" | "canonicalUrl" | "capturedAt" | "licence">;

/**
 * The one order of precedence among copies of a text: the freest licence, then the earliest capture, then an address
 * that the page itself calls canonical, then the smallest id. It chooses both the representative of a cluster and the
 * copy that a policy keeps. So a representative that is kept is the kept copy.
 * @returns below zero when `a` comes before `b`; zero only for a document and itself
 */
export function comparePrecedence(a: Copy, b: Copy, rankOf: LicenceKnowledge["rankOf"]): number {
  return (
    rankOf(a.licence) - rankOf(b.licence) ||
    compareTimes(a.capturedAt, b.capturedAt) ||
    Number(b.canonicalUrl === b.url) - Number(a.canonicalUrl === a.url) ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

/** Orders times in milliseconds since 1970; an unknown time is later than any that is known. */
export function compareTimes(a: number | null, b: number | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null ? -1 : a - b;
}
