import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { PipelineError } from "../../src/core/errors.ts";
import { redisAddressOf } from "../../src/redis/address.ts";

const plain = {
  kind: "single",
  nodes: [{ host: "redis.example", port: 6379 }],
  master: "",
  tls: false,
  username: undefined,
  password: undefined,
  database: 0,
  prefix: "{colophon}",
  place: "redis://redis.example",
};

const cases = [
  { url: "redis://redis.example", is: plain },
  { url: "redis://redis.example/", is: plain },
  {
    url: "rediss://worker:p%40ss@redis.example:7000/3?prefix=corpus-1",
    is: {
      ...plain,
      nodes: [{ host: "redis.example", port: 7000 }],
      tls: true,
      username: "worker",
      password: "p@ss",
      database: 3,
      prefix: "{corpus-1}",
      place: "rediss://redis.example:7000/3",
    },
  },
  { url: "redis://:hush@redis.example", is: { ...plain, password: "hush" } },
  { url: "redis://u:a/b@c@redis.example", is: { ...plain, username: "u", password: "a/b@c" } },
  { url: "redis://[::1]:7000", is: { ...plain, nodes: [{ host: "::1", port: 7000 }], place: "redis://[::1]:7000" } },
  {
    url: "redis-sentinel://u:p@one:1,two/truth/4",
    is: {
      ...plain,
      kind: "sentinel",
      nodes: [
        { host: "one", port: 1 },
        { host: "two", port: 26_379 },
      ],
      master: "truth",
      username: "u",
      password: "p",
      database: 4,
      place: "redis-sentinel://one:1,two/truth/4",
    },
  },
  {
    url: "rediss-cluster://one:1,two:2",
    is: {
      ...plain,
      kind: "cluster",
      nodes: [
        { host: "one", port: 1 },
        { host: "two", port: 2 },
      ],
      tls: true,
      place: "rediss-cluster://one:1,two:2",
    },
  },
];

const refused = [
  "",
  "localhost:6379",
  "http://redis.example",
  "redis://",
  "redis://u:hush@",
  "redis://u:hush@one,two",
  "redis://u:hush@host:port",
  "redis://u:hush@host/base",
  "redis://u:hush@host/1/2",
  "redis://u:hush%4@host",
  "redis://u:hush@host?prefix=a{b}",
  "redis://u:hush@host?prefix=",
  "redis://u:hush@host?tls=hush",
  "redis-sentinel://u:hush@one",
  "redis-cluster://u:hush@one/1",
];

suite("the address of Redis", () => {
  for (const { url, is } of cases) {
    test(`${url} is read`, () => assert.deepEqual(redisAddressOf(url), is));
  }
  for (const url of refused) {
    test(`${JSON.stringify(url)} is refused without a word of what is secret in it`, () => {
      assert.throws(
        () => redisAddressOf(url),
        (error) => error instanceof PipelineError && error.code === "usage" && !error.message.includes("hush"),
      );
    });
  }
  test("holds any user and password that are written as a URL wants it, and shows neither", () => {
    const word = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(word, word, (username, password) => {
        const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
        const address = redisAddressOf(`redis://${login}@host:1/2`);
        assert.deepEqual([address.username, address.password], [username, password]);
        assert.equal(address.place, "redis://host:1/2");
      }),
    );
  });
  test("that is any text at all is read or refused as usage", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `redis://${text}`),
        ),
        (text) => {
          try {
            redisAddressOf(text);
          } catch (error) {
            assert.ok(error instanceof PipelineError && error.code === "usage");
          }
        },
      ),
    );
  });
});
