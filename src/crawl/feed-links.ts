import { xmlAttribute, xmlText } from "./xml-scanner.ts";
import type { XmlHandler } from "./xml-scanner.ts";

/** Code units of text that are kept of an element: more is no address. */
const textLimit = 4096;

/**
 * Gathers the addresses of a feed's items: `link` of RSS (or its `guid`, where that is one) and `link rel=alternate` of
 * Atom. Links of the feed itself, enclosures and whatever extensions hold are passed over.
 * Sources: RSS 2.0 and 1.0; RFC 4287, section 4.2.7.
 * @param add takes an address as written; says false when there may be no more
 */
export function feedHandler(add: (address: string) => void): XmlHandler {
  let inItem = false;
  let inside: "link" | "guid" | null = null;
  let pieces = "";
  let link: string | null = null;
  let guid: string | null = null;
  const finish = (): void => {
    const address = link ?? guid;
    if (address !== null) add(address);
    inItem = false;
    link = null;
    guid = null;
  };
  return {
    open(name, tag) {
      if (name === "item" || name === "entry") {
        if (inItem) finish();
        inItem = true;
      }
      inside = null;
      if (!inItem) return;
      if (name === "link") {
        const rel = xmlAttribute(tag, "rel");
        const href = rel === null || rel === "alternate" ? xmlAttribute(tag, "href") : null;
        if (href !== null) link ??= href.trim();
        else if (!tag.endsWith("/")) inside = "link";
      }
      if (name === "guid" && xmlAttribute(tag, "isPermaLink") !== "false" && !tag.endsWith("/")) inside = "guid";
      pieces = "";
    },
    text(piece) {
      if (inside !== null && pieces.length < textLimit) pieces += piece.slice(0, textLimit);
    },
    close(name) {
      const text = inside === null ? "" : xmlText(pieces);
      if (inside === "link" && text !== "") link ??= text;
      // Many are no addresses whatever they say of themselves.
      if (inside === "guid" && /^https?:/i.test(text)) guid ??= text;
      inside = null;
      if (name === "item" || name === "entry") finish();
    },
  };
}
