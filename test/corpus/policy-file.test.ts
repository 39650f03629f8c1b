import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { parse } from "yaml";

import type { Policy } from "../../src/core/decisions.ts";
import { policyProblems } from "../../src/corpus/policy-problems.ts";
import { rules } from "../../src/quality/registry.ts";
import { licenceAttributesOf } from "../../src/rights/licence-table.ts";
import { trainingAgents } from "../../src/rights/site/training-agents.ts";
import { validate } from "../../src/schema/validate.ts";

const text = readFileSync(new URL("../../schemas/examples/policy.yaml", import.meta.url), "utf8");
const known = {
  rules: rules.map(({ name }) => name),
  licenceFamilies: ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0"].map((id) => licenceAttributesOf(id).family),
};
// Also a proof for the compiler: what passes the schema is what `decide` takes.
const policy: Policy = await validate("policy", parse(text), "policy.yaml");

test("the example policy passes its schema and names only rules and families that exist", () => {
  assert.deepEqual(policyProblems(policy, known), []);
});

test("the example policy's bounds are those that the rules' sources publish", () => {
  assert.ok(Object.keys(policy.rules).length > 20);
  for (const [name, { unknown: _, ...bounds }] of Object.entries(policy.rules)) {
    assert.deepEqual(bounds, rules.find((rule) => rule.name === name)?.bounds, name);
  }
});

test("rules that the example policy offers in comments exist too, with the published bounds", () => {
  const offered = [...text.matchAll(/^ {2}# ([a-z0-9]+\/[a-z0-9-]+): (\{.*\})/gm)];
  assert.ok(offered.length >= 5);
  for (const [, name = "", bound = ""] of offered) {
    const { unknown: _, ...bounds } = parse(bound) as Policy["rules"][string];
    assert.deepEqual(bounds, rules.find((rule) => rule.name === name)?.bounds, name);
  }
});

test("a misspelt rule, a misspelt family and bounds that nothing meets are each a problem", () => {
  const broken: Policy = {
    ...policy,
    rules: {
      "gopher/word-cuont": { min: 1, unknown: "keep" },
      "gopher/word-count": { min: 2, max: 1, unknown: "keep" },
    },
    licences: { ...policy.licences, families: ["atribution"] },
  };
  const problems = policyProblems(broken, known);
  assert.equal(problems.length, 3);
  for (const [index, word] of ["word-cuont", "above max 1", "atribution"].entries())
    assert.ok(problems[index]?.includes(word) === true, word);
});

test("a misspelt name is answered with the one that was probably meant", () => {
  const broken: Policy = {
    ...policy,
    rules: { "gopher/word-cuont": { min: 1, unknown: "keep" } },
    licences: { ...policy.licences, families: ["atribution", "entirely-different"] },
  };
  const [rule = "", family = "", other = ""] = policyProblems(broken, known);
  assert.match(rule, /did you mean "gopher\/word-count"\?/);
  assert.match(family, /did you mean "attribution"\?/);
  assert.doesNotMatch(other, /did you mean/);
});

test("what is no host among the hosts, and no address among the addresses, is a problem that says what to write", () => {
  const problemsOf = (hosts: readonly string[], urls: readonly string[]): string[] =>
    policyProblems({ ...policy, hosts: { allow: [], deny: hosts }, urls: { allow: [], deny: urls } }, known);
  assert.deepEqual(problemsOf(["EVIL.example.", "*.evil.example", "bücher.example"], ["evil.example/*"]), []);
  const [address = "", port = "", host = ""] = problemsOf(
    ["https://evil.example/", "evil.example:80"],
    ["evil.example"],
  );
  assert.match(address, /hosts\.deny: "https:\/\/evil\.example\/" is no host but an address; write its host alone/);
  assert.match(port, /"evil\.example:80" is no host; write its name alone/);
  assert.match(host, /urls\.deny: "evil\.example" is no address but a host; write evil\.example\/\* for all of it/);
});

test("the default policy minds what is said to everybody, to this program and to every crawler that gathers texts for training", () => {
  assert.deepEqual([...policy.signals.agents].toSorted(), ["*", "colophon", ...trainingAgents].toSorted());
});
