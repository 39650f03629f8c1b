import type { Page } from "../core/page.ts";
import type { CaptureRights } from "../core/records.ts";
import type { RightsView } from "../core/rights.ts";
import { evidenceOf, signalsOf } from "./registry.ts";

/** Names of the header fields that some reader of this room looks at, in lower case. */
const speaking = new Set(["x-robots-tag", "tdm-reservation", "content-usage", "link"]);

const nothingOn: Omit<Page, "baseUrl"> = {
  charset: { name: "utf-8", source: "guess" },
  kind: "text",
  title: null,
  canonicalUrl: null,
  languageAttribute: null,
  metas: [],
  links: [],
  blocks: [],
  truncated: [],
};

/**
 * What the head of an exchange says about rights, whatever it carries: a picture, an error, nothing at all. `null` when it
 * says nothing; never throws.
 * @param url address that relative ones are resolved against
 */
export function rightsOfHead(url: string, headers: RightsView["headers"]): CaptureRights | null {
  if (!headers.some(([name]) => speaking.has(name.toLowerCase()))) return null;
  return rightsOfView(viewOfHead(url, headers));
}

/** The head of an exchange as the readers of rights see it, with the `meta` elements of its page if those are known. */
export function viewOfHead(url: string, headers: RightsView["headers"], metas: Page["metas"] = []): RightsView {
  return { url, headers, page: { ...nothingOn, baseUrl: url, metas }, complete: true };
}

/** What a page and the head of its exchange say about rights; `null` when they say nothing. */
export function rightsOfView(view: RightsView): CaptureRights | null {
  const evidence = evidenceOf(view);
  const signals = signalsOf(view);
  return evidence.length === 0 && signals.length === 0 ? null : { evidence, signals };
}
