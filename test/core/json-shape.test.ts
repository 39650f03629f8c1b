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

  test("refuses what is no object, and what is no JSON", () => {
    for (const value of [null, [], "", 1, undefined]) {
      assert.throws(() => shape.checked(page, value, refuse), /archives\/one: it is not an object/);
    }
    for (const json of ["", "{", "{} {}"]) {
      assert.throws(() => shape.parsed(page, json, refuse), /archives\/one: it is not JSON/);
    }
  });
});
