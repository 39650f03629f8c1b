import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import * as shape from "../../src/core/json-shape.ts";

const refuse = (why: string): PipelineError => new PipelineError("store-refused", `archives/one: ${why}`);
const page = shape.objectWith(
  {
    digest: shape.sha256,
    bytes: shape.count,
    score: shape.number,
    kind: shape.oneOf(["html", "text"]),
    whole: shape.flag,
    title: shape.nullable(shape.text),
    links: shape.listOf(shape.object({ url: shape.text })),
  },
  { depth: shape.count },
);
const whole = {
  digest: "0a".repeat(32),
  bytes: 0,
  score: -0.5,
  kind: "html",
  whole: true,
  title: null,
  links: [{ url: "https://example.org/" }],
};

suite("the shape of a JSON value", () => {
  test("has no number without an end, however it is written", () => {
    assert.equal(shape.parsedOrNull(shape.number, "1e999"), null);
    assert.equal(shape.parsedOrNull(shape.number, "-1e999"), null);
    assert.equal(shape.parsedOrNull(shape.number, "1e300"), 1e300);
  });

  test("has whole numbers up to a bound, and words that can stand in a path", () => {
    for (const json of ["0", "7"]) assert.equal(shape.parsedOrNull(shape.countTo(7), json), Number(json));
    for (const json of ["8", "-1", "0.5", "1e300", '"7"', "null"])
      assert.equal(shape.parsedOrNull(shape.countTo(7), json), null);
    for (const one of ["run", "0aF_-", "x".repeat(64)]) assert.equal(shape.checked(shape.word, one, refuse), one);
    for (const one of ["", ".", "..", "a/b", "a b", "a\n", "x".repeat(65), 7, null]) {
      assert.throws(() => shape.checked(shape.word, one, refuse), /is not a word/);
    }
  });

  test("lets what has it through as it is, members that it does not name among them", () => {
    for (const value of [
      whole,
      { ...whole, depth: 3, more: 1 },
      { ...whole, links: [], title: "", bytes: 2 ** 53 - 1 },
    ]) {
      assert.equal(shape.checked(page, value, refuse), value);
      assert.deepEqual(shape.parsed(page, JSON.stringify(value), refuse), value);
    }
  });

  for (const [member, value, what] of [
    ["digest", "0a".repeat(31), "digest is not a SHA-256"],
    ["digest", "0A".repeat(32), "digest is not a SHA-256"],
    ["digest", `${"0a".repeat(32)}\n`, "digest is not a SHA-256"],
    ["digest", undefined, "digest is not a SHA-256"],
    ["bytes", -1, "bytes is not a whole number"],
    ["bytes", 1.5, "bytes is not a whole number"],
    ["bytes", 2 ** 53, "bytes is not a whole number"],
    ["bytes", "1", "bytes is not a whole number"],
    ["score", Infinity, "score is not a number"],
    ["score", "1", "score is not a number"],
    ["score", null, "score is not a number"],
    ["kind", "pdf", "kind is not one of html, text"],
    ["kind", "toString", "kind is not one of html, text"],
    ["whole", 1, "whole is not true or false"],
    ["title", 1, "title is not a text"],
    ["title", undefined, "title is not a text"],
    ["links", {}, "links is not a list"],
    ["links", [whole.links[0], { url: 1 }], "links[1].url is not a text"],
    ["links", [null], "links[0] is not an object"],
    ["depth", null, "depth is not a whole number"],
  ] as const) {
    test(`names ${member} as what is wrong when it is ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => shape.checked(page, { ...whole, [member]: value }, refuse),
        (error: unknown) =>
          error instanceof PipelineError &&
          error.code === "store-refused" &&
          error.message.startsWith(`archives/one: ${what}`),
      );
    });
  }

  test("takes pairs of exactly two, and objects by what their kind asks for", () => {
    const pair = shape.pairOf(shape.text, shape.nullable(shape.count));
    const outcome = shape.byKind({
      done: shape.object({ status: shape.count }),
      failed: shape.object({ reason: shape.text }),
    });
    const refused = (of: shape.Shape<unknown>, value: unknown): unknown => {
      try {
        return shape.checked(of, value, refuse);
      } catch (error) {
        return error instanceof PipelineError ? error.message : error;
      }
    };
    for (const value of [
      ["a", 1],
      ["a", null],
    ])
      assert.equal(shape.checked(pair, value, refuse), value);
    for (const value of [["a"], ["a", 1, 2], {}, null]) assert.match(String(refused(pair, value)), /it is not a pair/);
    assert.match(String(refused(pair, ["a", "b"])), /\[1\] is not a whole number/);
    for (const value of [
      { kind: "done", status: 200 },
      { kind: "failed", reason: "tls" },
    ]) {
      assert.equal(shape.checked(outcome, value, refuse), value);
    }
    assert.match(String(refused(outcome, { kind: "done", reason: "tls" })), /status is not a whole number/);
    for (const value of [{ kind: "lost" }, {}, { kind: "toString" }]) {
      assert.match(String(refused(outcome, value)), /kind is not one of done, failed/);
    }
  });

  test("refuses what is no object, and what is no JSON", () => {
    for (const value of [null, [], "", 1, undefined]) {
      assert.throws(() => shape.checked(page, value, refuse), /archives\/one: it is not an object/);
    }
    for (const json of ["", "{", "{} {}"]) {
      assert.throws(() => shape.parsed(page, json, refuse), /archives\/one: it is not JSON/);
    }
  });
});
