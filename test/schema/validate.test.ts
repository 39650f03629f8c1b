import assert from "node:assert/strict";
import { test } from "node:test";

import { validate } from "../../src/schema/validate.ts";

const policy = {
  name: "mine",
  truncated: "refuse",
  languages: { allow: ["en"], unknown: "refuse" },
  licences: { families: ["attribution"], noAssertion: "refuse" },
  signals: { refuse: ["tdm"], unreadable: "refuse" },
  rules: { "gopher/word-count": { min: 50, unknown: "refuse" } },
  duplicates: "keep-one",
};

test("a configuration with only a name has every default and leaves what it was given alone", async () => {
  const given = Object.freeze({ name: "corpus" });
  const config = await validate("config", given, "corpus.yaml");
  assert.deepEqual(config, {
    name: "corpus",
    policy: "policy.yaml",
    sliceBytes: 8388608,
    workers: "auto",
    partitions: 1,
  });
});

test("defaults reach into parts of a policy that are not written at all", async () => {
  const { hosts, licences, signals, languages } = await validate("policy", policy, "policy.yaml");
  assert.deepEqual(
    [hosts, licences.ids, licences.inCluster, signals.agents, languages.minScore],
    [{ allow: [], deny: [] }, [], "own", ["*"], 0],
  );
});

const cases: readonly {
  readonly name: string;
  readonly kind: "config" | "policy";
  readonly value: unknown;
  readonly words: readonly string[];
}[] = [
  { name: "an empty file", kind: "config", value: null, words: ["the file must be object"] },
  { name: "a missing name", kind: "config", value: {}, words: ['the file lacks the field "name"'] },
  {
    name: "an unknown field",
    kind: "config",
    value: { name: "a", sliceSize: 1 },
    words: ['the unknown field "sliceSize"', "sliceBytes"],
  },
  {
    name: "a slice of 65,535 bytes",
    kind: "config",
    value: { name: "a", sliceBytes: 65535 },
    words: ["sliceBytes must be >= 65536"],
  },
  {
    name: "no workers",
    kind: "config",
    value: { name: "a", workers: 0 },
    words: ['workers must be a number of threads from 1 to 1024, or "auto"'],
  },
  {
    name: "a policy without a word on unknown languages",
    kind: "policy",
    value: { ...policy, languages: { allow: "any" } },
    words: ['languages lacks the field "unknown"'],
  },
  {
    name: "a language that is none",
    kind: "policy",
    value: { ...policy, languages: { allow: "english", unknown: "keep" } },
    words: ['languages.allow must be "any", or a list'],
  },
  {
    name: "a rule without a bound",
    kind: "policy",
    value: { ...policy, rules: { "a/b": { unknown: "keep" } } },
    words: ['rules."a/b"', "at least one of `min` and `max`"],
  },
  {
    name: "a rule without a word on unknown values",
    kind: "policy",
    value: { ...policy, rules: { "a/b": { min: 1, max: 2 } } },
    words: ['rules."a/b" lacks the field "unknown"'],
  },
  {
    name: "a choice that is none",
    kind: "policy",
    value: { ...policy, duplicates: "some" },
    words: ["duplicates must be one of keep-one, keep-all"],
  },
  {
    name: "two faults at once",
    kind: "policy",
    value: { ...policy, truncated: "no", name: 7 },
    words: ["name must be string", "truncated must be one of keep, refuse"],
  },
];
for (const { name, kind, value, words } of cases) {
  test(`${name} is refused in words that name the place`, async () => {
    await assert.rejects(validate(kind, value, "there.yaml"), (error: Error & { code: string }) => {
      assert.equal(error.code, `${kind}-invalid`);
      for (const part of ["there.yaml: ", ...words])
        assert.ok(error.message.includes(part), `${part} is not in: ${error.message}`);
      return true;
    });
  });
}

test("a slice of exactly 65,536 bytes is taken", async () => {
  assert.equal((await validate("config", { name: "a", sliceBytes: 65536 }, "corpus.yaml")).sliceBytes, 65536);
});
