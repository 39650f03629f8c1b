/** All that a crawl needs of Redis. */
export interface RedisScripts {
  /** Runs a script, and waits while Redis is away; it may then run twice. Answers are numbers, strings, `null` and lists of them. */
  readonly run: (lua: string, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;
}
