import { buildIdOf } from "../core/build/build-id.ts";
import type { Count, Manifest } from "./manifest-head.ts";
import { canonicalDigest } from "./manifest-text.ts";

/** Two things that a sound manifest says alike. */
export interface Disagreement {
  /** `file-digest`, `root`, `row-order`, ...: one word a kind, listed in `docs/provenance-format.md`. */
  readonly what: string;
  /** File, row id, source or key that it was seen at. */
  readonly where: string;
  readonly expected: string;
  readonly found: string;
}

/** Every sum inside `manifest.json` that does not add up: funnel, sources, breakdowns, digest of the policy. */
export function manifestSums(manifest: Manifest): Disagreement[] {
  const { funnel, sources, totals } = manifest;
  const { skipped, failed, duplicate } = funnel.reasons;
  const languages = sumOf(manifest.languages);
  const licences = sumOf(manifest.licences);
  const checks: readonly (readonly [what: string, where: string, expected: number | string, found: number | string])[] =
    [
      ["funnel", "funnel.captures", total(funnel.outcomes), funnel.captures],
      ["funnel", "funnel.reasons.skipped", funnel.outcomes.skipped, total(skipped)],
      ["funnel", "funnel.reasons.failed", funnel.outcomes.failed, total(failed)],
      ["funnel", "funnel.reasons.duplicate", funnel.outcomes.duplicate, total(duplicate)],
      ["funnel", "funnel.refused + kept", funnel.outcomes.document, funnel.refused + funnel.kept],
      ["funnel", "funnel.kept", totals.documents, funnel.kept],
      ...sources.map(
        (source) => ["source", source.sha256, source.bytes, source.recordBytes + source.lostBytes] as const,
      ),
      ...countKeys.flatMap((key) => [
        ["totals", `languages, ${key}`, totals[key], languages[key]] as const,
        ["totals", `licences, ${key}`, totals[key], licences[key]] as const,
      ]),
      ...buildSums(manifest),
      ["policy", "policy.sha256", canonicalDigest(manifest.policy.document), manifest.policy.sha256],
    ];
  const wrong = checks
    .filter(([, , expected, found]) => expected !== found)
    .map(([what, where, expected, found]) => ({ what, where, expected: String(expected), found: String(found) }));
  return [...wrong, ...refusalsOf(funnel)];
}

/** Each row was measured by one build, which is named by the digest of its revisions. */
function buildSums({
  builds,
  totals,
}: Manifest): (readonly [what: string, where: string, expected: number | string, found: number | string])[] {
  if (builds === undefined) return [];
  const documents = builds.reduce((sum, build) => sum + build.documents, 0);
  return [
    ["builds", "builds, documents", totals.documents, documents],
    ...builds.flatMap(({ id, revisions }) =>
      revisions === null ? [] : [["builds", `builds, ${id}`, buildIdOf(revisions), id ?? "null"] as const],
    ),
  ];
}

/** A document may be refused for several reasons, but for one at least, and for each at most once. */
function refusalsOf({ refused, refusedReasons }: Manifest["funnel"]): Disagreement[] {
  const what = "funnel";
  const tooMany = Object.entries(refusedReasons)
    .filter(([, count]) => count > refused)
    .map(([reason, count]) => ({
      what,
      where: `funnel.refusedReasons.${reason}`,
      expected: `at most ${refused}`,
      found: String(count),
    }));
  const all = total(refusedReasons);
  if (all >= refused) return tooMany;
  return [...tooMany, { what, where: "funnel.refusedReasons", expected: `at least ${refused}`, found: String(all) }];
}

const countKeys = ["documents", "textBytes", "words"] as const;

function sumOf(table: Readonly<Record<string, Count>>): Count {
  const counts = Object.values(table);
  const sum = (key: keyof Count): number => counts.reduce((so, count) => so + count[key], 0);
  return { documents: sum("documents"), textBytes: sum("textBytes"), words: sum("words") };
}

function total(table: Readonly<Record<string, number>>): number {
  return Object.values(table).reduce((sum, count) => sum + count, 0);
}

/** Counts documents as they pass. */
interface CorpusCounts {
  readonly add: (document: {
    readonly language: string;
    readonly licence: string;
    readonly textBytes: number;
    readonly words: number;
  }) => void;
  readonly result: () => Pick<Manifest, "totals" | "languages" | "licences">;
}

/** What `manifest.json` says of its rows; the verifier counts them in the same way. */
export function corpusCounts(): CorpusCounts {
  const totals = { documents: 0, textBytes: 0, words: 0 };
  const languages = new Map<string, Mutable<Count>>();
  const licences = new Map<string, Mutable<Count>>();
  return {
    add({ language, licence, textBytes, words }) {
      for (const count of [totals, entry(languages, language), entry(licences, licence)]) {
        count.documents++;
        count.textBytes += textBytes;
        count.words += words;
      }
    },
    result: () => ({
      totals: { ...totals },
      languages: Object.fromEntries(languages),
      licences: Object.fromEntries(licences),
    }),
  };
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

function entry(table: Map<string, Mutable<Count>>, key: string): Mutable<Count> {
  const known = table.get(key);
  if (known !== undefined) return known;
  const fresh = { documents: 0, textBytes: 0, words: 0 };
  table.set(key, fresh);
  return fresh;
}
