import type { RobotsCarrier } from "./robots-directives.ts";

/** A header that pages also repeat as an element; prefixes in it address agents. */
export const robotsHeader = "x-robots-tag";
/** Names of `meta` elements that address every robot. */
const everybody = new Set(["robots", "robot", "x-robots", robotsHeader]);
const all: readonly string[] = ["*"];

/**
 * Whom the name of a `meta` element addresses, each once, `*` for everybody: `robots, gptbot` are two. A name that no
 * robot has is given as it is.
 * @param name lower case, trimmed
 */
export function robotsNamesOf(name: string): readonly string[] {
  if (everybody.has(name)) return all;
  if (!/[\s,;|]/.test(name)) return [name];
  const names = name.split(/[\s,;|]+/).filter((one) => one !== "");
  return [...new Set(names.map((one) => (everybody.has(one) ? "*" : one)))];
}

/** As what the content of an element of that name is to be read. */
export function robotsCarrierOf(name: string): RobotsCarrier {
  return name === robotsHeader ? "header" : "meta";
}
