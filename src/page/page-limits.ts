/** Bounds of one page. What goes over is cut, never refused, and the key is named in `Page.truncated`. */
export const pageLimits = {
  /** Bytes of the payload that are read. */
  bytes: 32 * 1024 * 1024,
  /** Open elements; deeper ones are flattened into the deepest, as browsers do. */
  depth: 512,
  blocks: 100_000,
  links: 20_000,
  metas: 1_000,
  /** Code units of one attribute value. */
  attributes: 4_096,
} as const;

export type LimitName = keyof typeof pageLimits;
