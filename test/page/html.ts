import type { Page } from "../../src/core/page.ts";
import { pageOf } from "../../src/page/parse-page.ts";

/** The page of some HTML at https://example.org/dir/page. */
export function parsed(html: string, contentType: string | null = "text/html; charset=utf-8"): Page {
  return pageOf({ url: "https://example.org/dir/page", bytes: Buffer.from(html), contentType });
}
