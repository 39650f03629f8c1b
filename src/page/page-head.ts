import type { Meta } from "../core/page.ts";

/** What the page being read says about itself, as written. */
export interface PageHead {
  title: string | null;
  languageAttribute: string | null;
  baseHref: string | null;
  readonly metas: Meta[];
}

export function pageHead(): PageHead {
  return { title: null, languageAttribute: null, baseHref: null, metas: [] };
}
