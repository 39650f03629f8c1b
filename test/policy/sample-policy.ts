import type { JudgedDocument, LicenceKnowledge, Policy } from "../../src/core/decisions.ts";

export const lenient: Policy = {
  name: "lenient",
  hosts: { allow: [], deny: [] },
  state: "newest",
  withoutPage: "keep",
  truncated: "keep",
  languages: { allow: "any", minScore: 0, unknown: "keep" },
  licences: { families: ["free", "attribution"], ids: [], noAssertion: "keep", inCluster: "own" },
  signals: { refuse: [], agents: ["*"], unreadable: "keep" },
  rules: {},
  duplicates: "keep-all",
};

export const licences: LicenceKnowledge = {
  familyOf: (licence) =>
    ({ "CC0-1.0": "free", "CC-BY-4.0": "attribution", "CC-BY-ND-4.0": "no-derivatives" })[licence] ?? "unknown",
  rankOf: (licence) => ({ "CC0-1.0": 0, "CC-BY-4.0": 1, "CC-BY-ND-4.0": 2 })[licence] ?? 3,
};

export const ruleSet = [
  { name: "a/words", revision: 1, unit: "words" },
  { name: "a/ratio", revision: 1, unit: "ratio" },
] as const;

export function sampleDocument(changes: Partial<JudgedDocument> = {}): JudgedDocument {
  return {
    id: "00",
    url: "https://www.example.org/a",
    host: "www.example.org",
    canonicalUrl: null,
    capturedAt: 1000,
    truncated: null,
    language: "en",
    languageScore: 0.8,
    licence: "CC-BY-4.0",
    standing: "current",
    withoutPage: false,
    ruleSet,
    measurements: [50, 0.5],
    signals: [],
    cluster: null,
    ...changes,
  };
}
