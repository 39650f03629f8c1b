import type { Link, Meta, Region } from "../../core/page.ts";
import type { LimitName } from "../page-limits.ts";

/** A block as the parse leaves it, with what `main-text.ts` needs to score it. */
export interface RawBlock {
  readonly text: string;
  readonly tag: string;
  readonly linkLength: number;
  readonly region: Region;
  /** Bits of `hint` of all elements around the text. */
  readonly hints: number;
  /** Bits of `hint` of the nearest element that has any. */
  readonly nearHints: number;
  /** Index into `parents` of the innermost block-level element. */
  readonly node: number;
}

/** What one parse finds; addresses are as written. */
export interface Collected {
  readonly title: string | null;
  readonly languageAttribute: string | null;
  readonly baseHref: string | null;
  readonly metas: readonly Meta[];
  readonly links: readonly Link[];
  readonly blocks: readonly RawBlock[];
  /** Parent of each block-level element that holds text, itself earlier in the list; -1 for the body. */
  readonly parents: readonly number[];
  readonly truncated: ReadonlySet<LimitName>;
}
