import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, suite, test } from "node:test";

import {
  changedStages,
  goldenMeasures,
  goldenPath,
  goldenText,
  regenerate,
  type Golden,
} from "../../scripts/fixtures/golden-measures.ts";
import { buildIdOf } from "../../src/core/build/build-id.ts";
import { ownBuild } from "../../src/core/build/build.ts";

suite("the golden file", () => {
  const golden = JSON.parse(readFileSync(goldenPath, "utf8")) as Golden;
  let now: Golden = {};
  before(async () => {
    now = await goldenMeasures();
  });

  test("knows every output of every stage: none changes while its revision stays", () => {
    assert.deepEqual(changedStages(golden, now), []);
    assert.equal(goldenText(golden), goldenText(now), `a revision or an input changed: run \`${regenerate}\``);
  });

  test("has inputs for everything of the build that has a revision of its own", () => {
    const stages = Object.keys(ownBuild.revisions).filter((name) => /^(?:stage|evidence|signal|rule)\//.test(name));
    assert.deepEqual(Object.keys(now), stages.toSorted());
    for (const [stage, { cases }] of Object.entries(now)) {
      assert.ok(
        new Set(Object.values(cases)).size > 1,
        `${stage} says the same of every input: the file holds it to nothing`,
      );
    }
  });

  test("names the stage that changed, and where its revision is, until that is raised", () => {
    for (const [stage, { revisions, cases }] of Object.entries(now)) {
      const [input = ""] = Object.keys(cases);
      const changed = { ...now, [stage]: { revisions, cases: { ...cases, [input]: "0".repeat(16) } } };
      const faults = changedStages(golden, changed);
      assert.equal(faults.length, 1);
      assert.match(
        faults[0] ?? "",
        new RegExp(`^${stage} gives something else for 1 of .* raise the revision in .*src/`),
      );
      const raised = { ...now, [stage]: { ...changed[stage], revisions: { ...revisions, [stage]: "2000" } } } as Golden;
      assert.deepEqual(changedStages(golden, raised), []);
    }
  });
});

test("the build is the digest of its revisions, in whatever order they are named", () => {
  assert.equal(ownBuild.id, buildIdOf(ownBuild.revisions));
  const turned = Object.fromEntries(Object.entries(ownBuild.revisions).toReversed());
  assert.equal(buildIdOf(turned), ownBuild.id);
  assert.notEqual(buildIdOf({ ...ownBuild.revisions, "stage/charset": 1000 }), ownBuild.id);
});
