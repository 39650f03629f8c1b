import type { XmlHandler } from "../page/xml-elements.ts";

/** Code units of text that are kept of an element: more is no address. */
const textLimit = 4096;

/**
 * Gathers the addresses of a feed's items: `link` of RSS (or its `guid`, where that is one) and `link rel=alternate` of
 * Atom. Links of the feed itself, enclosures and whatever extensions hold are passed over.
 * Sources: RSS 2.0 and 1.0; RFC 4287, section 4.2.7.
 * @param add takes an address as written
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
    open(name, attributes) {
      if (name === "item" || name === "entry") {
        if (inItem) finish();
        inItem = true;
      }
      inside = null;
      if (!inItem) return;
      if (name === "link") {
        const rel = attributes.get("rel") ?? "alternate";
        const href = rel === "alternate" ? attributes.get("href") : undefined;
        if (href !== undefined) link ??= href.trim();
        else inside = "link";
      }
      if (name === "guid" && attributes.get("isPermaLink") !== "false") inside = "guid";
      pieces = "";
    },
    text(piece) {
      if (inside !== null && pieces.length < textLimit) pieces += piece.slice(0, textLimit);
    },
    close(name) {
      const text = inside === null ? "" : pieces.trim();
      if (inside === "link" && text !== "") link ??= text;
      // Many are no addresses whatever they say of themselves.
      if (inside === "guid" && /^https?:/i.test(text)) guid ??= text;
      inside = null;
      if (name === "item" || name === "entry") finish();
    },
  };
}
