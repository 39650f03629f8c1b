import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { PipelineError } from "../../src/core/errors.ts";
import { logger, logLevels, type LogFields, type LogLevel } from "../../src/telemetry/log.ts";

/** What is written for one event: as it is, and as a program reads it. */
function written(
  fields: LogFields,
  message = "event",
): { readonly line: string; readonly entry: Record<string, unknown> } {
  const lines: string[] = [];
  logger({ write: (line) => lines.push(line) }, "debug").info(message, fields);
  assert.equal(lines.length, 1);
  const line = lines[0] ?? "";
  return { line, entry: JSON.parse(line) as Record<string, unknown> };
}

/** Everything that ends lines, drives terminals or reverses text, except the one line feed at the end of a line. */
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

suite("a log", () => {
  test("has a line of JSON for each event, with level, time, process and fields", () => {
    const { entry } = written({ job: "abc", bytes: 5, done: true, none: null }, "100 % of %s");
    assert.match(String(entry["time"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(entry["pid"], process.pid);
    assert.partialDeepStrictEqual(entry, {
      level: "info",
      message: "100 % of %s",
      job: "abc",
      bytes: 5,
      done: true,
      none: null,
    });
  });

  test("takes a title with line breaks and commands to a terminal as text of one field", () => {
    const title = 'Title\r\n{"level":"error","message":"forged"}\u001b[2J\u001b]0;x\u0007\u009b31m\u2028\u202edesrever';
    const { line, entry } = written({ title });
    assert.equal(line.indexOf("\n"), line.length - 1);
    assert.doesNotMatch(line.slice(0, -1), controls);
    assert.equal(entry["title"], title);
    assert.equal(entry["level"], "info");
  });

  test("takes any text at all, in fields, messages and errors", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), fc.string({ maxLength: 20 }), (text, message) => {
        const { line, entry } = written({ text, error: new Error(text) }, message + text);
        assert.doesNotMatch(line.slice(0, -1), controls);
        assert.ok(line.endsWith("\n"));
        assert.ok(typeof entry["text"] === "string");
      }),
    );
  });

  test("holds no field that is longer than 2,048 code units, and says how much is left out", () => {
    assert.equal(written({ text: "x".repeat(2048) }).entry["text"], "x".repeat(2048));
    assert.equal(written({ text: "x".repeat(2049) }).entry["text"], `${"x".repeat(2048)}… (1 more)`);
    assert.equal(written({ text: "x".repeat(5_000_000) }).entry["text"], `${"x".repeat(2048)}… (4997952 more)`);
    // A surrogate pair that the cut would split.
    assert.equal(
      written({ text: `${"x".repeat(2047)}\u{1f600}` }).entry["text"],
      `${"x".repeat(2047)}\ufffd… (1 more)`,
    );
  });

  test("tells a known failure with its code and place, and a fault with its stack", () => {
    const known = new PipelineError("store-refused", "no such bucket", { place: "s3://b" }, new Error("why"));
    assert.deepEqual(written({ error: known }).entry["error"], {
      code: "store-refused",
      message: "no such bucket",
      context: { place: "s3://b" },
      cause: "Error: why",
    });
    const fault = written({ error: Object.assign(new TypeError("odd"), { code: "EODD" }) }).entry["error"];
    assert.partialDeepStrictEqual(fault, { name: "TypeError", code: "EODD", message: "odd" });
    assert.match(String((fault as Record<string, unknown>)["stack"]), /log\.test\.ts/);
  });

  const secrets = [
    ["redis://user:p4ss@host:6379/0", "redis://***@host:6379/0"],
    ["cannot reach rediss://:p4/s@s@host, sorry", "cannot reach rediss://***@host, sorry"],
    ["redis-sentinel://u:p4ss@a:1,b:2/main", "redis-sentinel://***@a:1,b:2/main"],
    ["s3://key:p4ss@bucket/prefix", "s3://***@bucket/prefix"],
    ["s3://b/p?endpoint=http://k:p4ss@h:1&x=1", "s3://b/p?endpoint=http://***@h:1&x=1"],
    [
      "https://b/k?X-Amz-Signature=p4ss&X-Amz-Credential=p4ss#x",
      "https://b/k?X-Amz-Signature=***&X-Amz-Credential=***#x",
    ],
    ["https://social.example/@user", "https://social.example/@user"],
  ] as const;
  for (const [text, shown] of secrets) {
    test(`shows ${shown}, in a field, a message and an error`, () => {
      const { line, entry } = written(
        { text, error: new PipelineError("usage", text, { text }, new Error(text)) },
        text,
      );
      assert.equal(entry["text"], shown);
      assert.equal(entry["message"], shown);
      assert.deepEqual(entry["error"], {
        code: "usage",
        message: shown,
        context: { text: shown },
        cause: `Error: ${shown}`,
      });
      assert.ok(!line.includes("p4"));
    });
  }

  test("leaves out what is below its level", () => {
    const levelsAt = (level: LogLevel): unknown[] => {
      const lines: string[] = [];
      const log = logger({ write: (line) => lines.push(line) }, level);
      for (const each of logLevels) log[each]("event");
      return lines.map((line) => (JSON.parse(line) as { level: unknown }).level);
    };
    assert.deepEqual(levelsAt("debug"), ["debug", "info", "warn", "error"]);
    assert.deepEqual(levelsAt("warn"), ["warn", "error"]);
    assert.deepEqual(levelsAt("error"), ["error"]);
  });
});
