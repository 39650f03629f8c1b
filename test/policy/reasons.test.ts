import assert from "node:assert/strict";
import { test } from "node:test";

import type { JudgedDocument, Policy } from "../../src/core/decisions.ts";
import { reasonsAgainst } from "../../src/policy/decide.ts";
import { lenient, licences, ruleSet, sampleDocument } from "./sample-policy.ts";

interface Case {
  readonly name: string;
  readonly policy?: Partial<Policy>;
  readonly document?: Partial<JudgedDocument>;
  readonly reasons: readonly string[];
}

const words = (bound: Policy["rules"][string]): Partial<Policy> => ({ rules: { "a/words": bound } });
const signals = (value: "y" | "n" | null, agent = "*"): Partial<JudgedDocument> => ({
  signals: [{ kind: "tdm-reservation", preference: "tdm", value, agent }],
});
const refuseTdm: Policy["signals"] = { refuse: ["tdm"], agents: ["*", "ccbot"], unreadable: "refuse" };
const english: Policy["languages"] = { allow: ["en"], minScore: 0.65, unknown: "refuse" };

const cases: readonly Case[] = [
  { name: "a policy that asks nothing has nothing against a document", reasons: [] },
  {
    name: "a denied host refuses the hosts below it",
    policy: { hosts: { allow: [], deny: ["example.org"] } },
    reasons: ["host:www.example.org"],
  },
  {
    name: "a denied host says nothing of one that only ends alike",
    policy: { hosts: { allow: [], deny: ["ample.org"] } },
    reasons: [],
  },
  { name: "an allowed host lets itself in", policy: { hosts: { allow: ["www.example.org"], deny: [] } }, reasons: [] },
  {
    name: "a list of allowed hosts keeps all others out",
    policy: { hosts: { allow: ["example.net"], deny: [] } },
    reasons: ["host:www.example.org"],
  },
  {
    name: "a host both allowed and denied is out",
    policy: { hosts: { allow: ["example.org"], deny: ["www.example.org"] } },
    reasons: ["host:www.example.org"],
  },
  {
    name: "a denied host is denied however the policy spells it",
    policy: { hosts: { allow: [], deny: ["*.EXAMPLE.org."] } },
    reasons: ["host:www.example.org"],
  },
  {
    name: "an allowed host is allowed however the policy spells it",
    policy: { hosts: { allow: ["EXAMPLE。org"], deny: [] } },
    reasons: [],
  },
  {
    name: "a host that is not known is refused by a list of denied hosts",
    policy: { hosts: { allow: [], deny: ["example.net"] } },
    document: { host: "" },
    reasons: ["host:"],
  },
  {
    name: "a host that is not known is refused by a list of allowed hosts",
    policy: { hosts: { allow: ["example.net"], deny: [] } },
    document: { host: "" },
    reasons: ["host:"],
  },
  { name: "a host that is not known is kept when no list names hosts", document: { host: "" }, reasons: [] },
  {
    name: "a truncated capture is refused when the policy says so",
    policy: { truncated: "refuse" },
    document: { truncated: "length" },
    reasons: ["truncated"],
  },
  { name: "a truncated capture is kept when the policy says so", document: { truncated: "length" }, reasons: [] },
  {
    name: "a language that is not listed is refused",
    policy: { languages: english },
    document: { language: "de" },
    reasons: ["language:de"],
  },
  {
    name: "a score at the bound is enough",
    policy: { languages: english },
    document: { languageScore: 0.65 },
    reasons: [],
  },
  {
    name: "a score under the bound is not",
    policy: { languages: english },
    document: { languageScore: 0.64 },
    reasons: ["language:en<0.65"],
  },
  {
    name: "a score that is no number is not",
    policy: { languages: english },
    document: { languageScore: Number.NaN },
    reasons: ["language:en<0.65"],
  },
  {
    name: "an unknown language is refused when the policy says so",
    policy: { languages: english },
    document: { language: "und", languageScore: 0 },
    reasons: ["language:und"],
  },
  {
    name: "an unknown language is kept when the policy says so, whatever its score",
    policy: { languages: { ...english, unknown: "keep" } },
    document: { language: "und", languageScore: 0 },
    reasons: [],
  },
  {
    name: "a licence of another family is refused",
    document: { licence: "CC-BY-ND-4.0" },
    reasons: ["licence:CC-BY-ND-4.0"],
  },
  {
    name: "a licence named by id is allowed whatever its family",
    policy: { licences: { ...lenient.licences, ids: ["CC-BY-ND-4.0"] } },
    document: { licence: "CC-BY-ND-4.0" },
    reasons: [],
  },
  {
    name: "no licence is refused when the policy says so",
    policy: { licences: { ...lenient.licences, noAssertion: "refuse" } },
    document: { licence: "NOASSERTION" },
    reasons: ["licence:NOASSERTION"],
  },
  {
    name: "no licence is not let in by the family of unknown ones",
    policy: { licences: { ...lenient.licences, noAssertion: "refuse", families: ["unknown"] } },
    document: { licence: "NOASSERTION" },
    reasons: ["licence:NOASSERTION"],
  },
  { name: "no licence is kept when the policy says so", document: { licence: "NOASSERTION" }, reasons: [] },
  {
    name: "a reservation refuses",
    policy: { signals: refuseTdm },
    document: signals("n"),
    reasons: ["signal:tdm-reservation:tdm"],
  },
  { name: "a permission does not", policy: { signals: refuseTdm }, document: signals("y"), reasons: [] },
  {
    name: "a reservation for a listed agent refuses",
    policy: { signals: refuseTdm },
    document: signals("n", "ccbot"),
    reasons: ["signal:tdm-reservation:tdm"],
  },
  {
    name: "a reservation for another agent does not",
    policy: { signals: refuseTdm },
    document: signals("n", "bingbot"),
    reasons: [],
  },
  {
    name: "a reservation of another preference does not",
    policy: { signals: { ...refuseTdm, refuse: ["ai"] } },
    document: signals("n"),
    reasons: [],
  },
  {
    name: "an unreadable reservation refuses when the policy says so",
    policy: { signals: refuseTdm },
    document: signals(null),
    reasons: ["signal:tdm-reservation:tdm=unreadable"],
  },
  {
    name: "an unreadable reservation is passed over when the policy says so",
    policy: { signals: { ...refuseTdm, unreadable: "keep" } },
    document: signals(null),
    reasons: [],
  },
  { name: "a value at the least bound passes", policy: words({ min: 50, unknown: "refuse" }), reasons: [] },
  { name: "a value under it does not", policy: words({ min: 51, unknown: "refuse" }), reasons: ["rule:a/words<51"] },
  { name: "a value at the greatest bound passes", policy: words({ max: 50, unknown: "refuse" }), reasons: [] },
  { name: "a value over it does not", policy: words({ max: 49, unknown: "refuse" }), reasons: ["rule:a/words>49"] },
  {
    name: "an unknown value is refused when the policy says so",
    policy: words({ min: 0, unknown: "refuse" }),
    document: { measurements: [null, 0] },
    reasons: ["rule:a/words=unknown"],
  },
  {
    name: "an unknown value is kept when the policy says so",
    policy: words({ min: 99, unknown: "keep" }),
    document: { measurements: [null, 0] },
    reasons: [],
  },
  {
    name: "a rule that was never measured is unknown",
    policy: { rules: { "b/new": { min: 0, unknown: "refuse" } } },
    reasons: ["rule:b/new=unknown"],
  },
  {
    name: "a rule that this document's set does not hold is unknown",
    policy: words({ min: 0, unknown: "refuse" }),
    document: { ruleSet: [], measurements: [] },
    reasons: ["rule:a/words=unknown"],
  },
  {
    name: "all reasons are told, in one order, whatever the order of rules in the file",
    policy: {
      hosts: { allow: [], deny: ["example.org"] },
      truncated: "refuse",
      languages: english,
      licences: { ...lenient.licences, families: [] },
      signals: refuseTdm,
      rules: { "a/words": { max: 1, unknown: "keep" }, "a/ratio": { min: 1, unknown: "keep" } },
    },
    document: { ...signals("n"), truncated: "time", language: "fr" },
    reasons: [
      "host:www.example.org",
      "truncated",
      "language:fr",
      "licence:CC-BY-4.0",
      "signal:tdm-reservation:tdm",
      "rule:a/ratio<1",
      "rule:a/words>1",
    ],
  },
];

for (const { name, policy, document, reasons } of cases) {
  test(name, () =>
    assert.deepEqual(reasonsAgainst({ ...lenient, ...policy }, sampleDocument(document), licences), reasons),
  );
}

test("a rule is found by its name in each rule set, wherever it stands there", () => {
  const policy = { ...lenient, rules: { "a/words": { min: 10, unknown: "refuse" } } } as const;
  const [first, second] = ruleSet;
  assert.deepEqual(reasonsAgainst(policy, sampleDocument({ measurements: [50, 1] }), licences), []);
  assert.deepEqual(
    reasonsAgainst(policy, sampleDocument({ ruleSet: [second, first], measurements: [50, 1] }), licences),
    ["rule:a/words<10"],
  );
});
