import type { Meta } from "../core/page.ts";
import { pageLimits } from "./page-limits.ts";
import type { AttributeName } from "./tag-attributes.ts";

/** What a page in the making says of itself, as written. */
export interface PageHead {
  title: string | null;
  languageAttribute: string | null;
  baseHref: string | null;
  readonly metas: Meta[];
}

export function pageHead(): PageHead {
  return { title: null, languageAttribute: null, baseHref: null, metas: [] };
}

/** @returns false when there are already as many as may be */
export function addMeta({ metas }: PageHead, attribute: (name: AttributeName) => string | null): boolean {
  const name = attribute("name") ?? attribute("property") ?? attribute("http-equiv") ?? attribute("itemprop");
  if (name === null) return true;
  if (metas.length >= pageLimits.metas) return false;
  metas.push({ name: name.trim().toLowerCase(), content: attribute("content") ?? "" });
  return true;
}
