import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import type { Policy } from "../../../src/core/decisions.ts";
import type { ManifestRow } from "../../../src/manifest/manifest-row.ts";
import { verifyManifest, type VerifyReport } from "../../../src/manifest/verify/verify.ts";
import { forge } from "../../fixtures/forge-manifest.ts";
import { lenient } from "../../policy/sample-policy.ts";
import { sampleBuild, sampleHead, sampleRows, scratch } from "../sample-manifest.ts";

const count = 6;
const policy: Policy = { ...lenient, licences: { ...lenient.licences, families: ["public-domain", "attribution"] } };

/** Of a manifest that says it was made by this policy, whatever its rows are. */
async function verifiedBy(document: object, forgeRow?: (row: ManifestRow) => ManifestRow): Promise<VerifyReport> {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count, { head: { ...sampleHead(count), policy: { ...document } } });
  if (forgeRow !== undefined) forge(directory, { rows: (rows) => rows.map(forgeRow) });
  return await verifyManifest(directory);
}

const refusals: readonly (readonly [what: string, change: Partial<Policy>, reason: string])[] = [
  ["its host", { hosts: { allow: [], deny: ["sample.example"] } }, "host:sample.example"],
  ["its licence", { licences: { ...policy.licences, families: ["attribution"] } }, "licence:CC0-1.0"],
  ["a signal", { signals: { refuse: ["ai"], agents: ["*"], unreadable: "keep" } }, "signal:meta-robots:ai"],
  ["a measurement", { rules: { "gopher/word-count": { min: 12, unknown: "keep" } } }, "rule:gopher/word-count<12"],
  [
    "a measurement that is not there",
    { rules: { "c4/curly-brace": { max: 9, unknown: "refuse" } } },
    "rule:c4/curly-brace=unknown",
  ],
  ["its language", { languages: { allow: ["en"], minScore: 0, unknown: "keep" } }, "language:de"],
  [
    "the score of its language",
    { languages: { allow: ["de", "en"], minScore: 0.55, unknown: "keep" } },
    "language:de<0.55",
  ],
  [
    "the licence of a copy",
    { licences: { ...policy.licences, noAssertion: "refuse", inCluster: "most-restrictive" } },
    "cluster-licence:NOASSERTION",
  ],
  ["another row of its cluster", { duplicates: "keep-one" }, "duplicate"],
];
for (const [what, change, reason] of refusals) {
  test(`a row that its policy refuses for ${what} is found, with the reason`, async () => {
    const { disagreements, checks } = await verifiedBy({ ...policy, ...change });
    assert.ok(disagreements.length > 0);
    for (const { what: kind, found } of disagreements) {
      assert.equal(kind, "row-policy");
      assert.equal(found.replace("language:en<", "language:de<"), reason);
    }
    assert.equal(checks.policy.done, "all");
  });
}

test("a row that was cut off is found under a policy that refuses such", async () => {
  const cut = (row: ManifestRow): ManifestRow => ({ ...row, truncated: "length" });
  assert.deepEqual((await verifiedBy(policy, cut)).disagreements, []);
  const { disagreements } = await verifiedBy({ ...policy, truncated: "refuse" }, cut);
  assert.deepEqual([disagreements.length, disagreements[0]?.found], [count, "truncated"]);
});

test("a policy that this version cannot read is a finding, and that no row was judged is said", async () => {
  const { disagreements, checks } = await verifiedBy({ ...policy, languages: { allow: 5 } });
  assert.deepEqual(
    disagreements.map(({ what, where }) => `${what} ${where}`),
    ["policy-unreadable policy.document"],
  );
  assert.equal(checks.policy.done, "none");
});

test("rows that cannot be read are not said to have been judged", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  await sampleBuild(directory, count);
  forge(directory, { lines: ([first = "", ...rest]) => [first, ...rest.map(() => "{}")] });
  const { checks } = await verifyManifest(directory);
  assert.deepEqual(checks.policy, { done: "part", why: "1 of 6 rows could be read" });
});

test("a root that is known from elsewhere must be that of the manifest, whatever else is found", async () => {
  await using folder = await scratch();
  const directory = join(folder.path, "manifest");
  const { root } = await sampleBuild(directory, count);
  const known = await verifyManifest(directory, { root });
  assert.deepEqual([known.ok, known.checks.root.done], [true, "all"]);
  const other = await verifyManifest(directory, { root: "0".repeat(64) });
  assert.deepEqual(other.disagreements, [{ what: "root-given", where: "root", expected: "0".repeat(64), found: root }]);
});

/** What the cluster of a row must say, whatever it is about. */
const clusters: readonly (readonly [what: string, change: (cluster: NonNullable<ManifestRow["cluster"]>) => object])[] =
  [
    ["more members than it names", ({ size }) => ({ size: size + 1 })],
    ["an id of none of its members", () => ({ id: "0".repeat(32) })],
    ["one licence where it names two", () => ({ licencesDisagree: false })],
    ["a member twice", ({ alsoAt }) => ({ alsoAt: [...alsoAt, ...alsoAt], size: 3 })],
  ];
for (const [what, change] of clusters) {
  test(`a row whose cluster has ${what} is found`, async () => {
    const id = sampleRows(1)[0]?.id;
    const { disagreements } = await verifiedBy(policy, (row) =>
      row.id === id && row.cluster !== null ? { ...row, cluster: { ...row.cluster, ...change(row.cluster) } } : row,
    );
    assert.ok(disagreements.length > 0);
    for (const { what: kind, where } of disagreements) {
      assert.equal(kind, "row-cluster");
      assert.ok(where.startsWith(`${id} cluster.`));
    }
  });
}
