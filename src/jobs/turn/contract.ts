import {
  count,
  countTo,
  flag,
  listOf,
  nullable,
  number,
  object,
  objectWith,
  sha256,
  text,
  word,
  type Shape,
  type Shaped,
} from "../../core/json-shape.ts";
import { refusedSignals } from "../../crawl/opt-outs.ts";
import type { PaceOptions } from "../../crawl/politeness.ts";
import type { ConnectToRule } from "../../fetch/connector.ts";
import { requester } from "../requester-shape.ts";

/** What a `turn` job asks for; the turn itself is in the store. Who does turns is a `TurnRunner` of `crawl`. */
export const turnJob = object({
  /** SHA-256 of the settings. */
  crawl: sha256,
  /** Whose turn: one frontier's, for as long as there is one. */
  run: word,
  lease: count,
  /** Which of its URLs alone; `null` = all. */
  part: nullable(count),
});
export type TurnJob = Shaped<typeof turnJob>;

const port = countTo(65_535);
const pace: Shape<Partial<PaceOptions>> = objectWith(
  {},
  {
    minDelayMs: number,
    maxDelayMs: number,
    responseFactor: number,
    maxCrawlDelayMs: number,
    backOffMs: number,
    maxBackOffMs: number,
    maxRetryAfterMs: number,
  },
);
const connectTo: Shape<ConnectToRule> = object({
  fromHost: nullable(text),
  fromPort: nullable(port),
  toHost: nullable(text),
  toPort: nullable(port),
});

/** Settings of a crawl as they are in the store, once for all its turns. */
export const storedCrawl = object({
  requester,
  scope: objectWith(
    { scope: text, seeds: listOf(text) },
    { allow: listOf(text), deny: listOf(text), maxDepth: number },
  ),
  ports: listOf(port),
  pace,
  connectTo: listOf(connectTo),
  allowPrivate: flag,
  followSitemaps: flag,
  siteFiles: flag,
  refusedSignals,
});
export type StoredCrawl = Shaped<typeof storedCrawl>;
