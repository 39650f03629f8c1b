import type { Region } from "../../core/page.ts";
import { hint, hintByElement, hintsOf } from "../hints.ts";
import type { TagAttributes } from "../tag-attributes.ts";
import { elementNames, kind } from "./elements.ts";
import type { Inherited } from "./open-elements.ts";

/** What an element says about itself: its name, `role`, `class`, `id` and the attributes that hide it. */
export interface ElementMarks {
  /** Bits of `hint`. */
  readonly hints: number;
  /** `null` = that of what is around it. */
  readonly region: Region | null;
}

const regionByName: Readonly<Record<string, Region>> = {
  header: "header",
  nav: "nav",
  main: "main",
  article: "article",
  aside: "aside",
  footer: "footer",
  figure: "figure",
};
const regionByRole: Readonly<Record<string, Region>> = {
  banner: "header",
  navigation: "nav",
  main: "main",
  article: "article",
  complementary: "aside",
  contentinfo: "footer",
};
const regionByHint: readonly (readonly [bit: number, region: Region])[] = [
  [hint.comments, "comment"],
  [hint.footer, "footer"],
  [hint.navigation, "nav"],
  [hint.aside, "aside"],
];
const invisible = /display\s*:\s*none|visibility\s*:\s*hidden/i;
const unmarked: ElementMarks = { hints: 0, region: null };

export function marksOf(name: string, attributes: TagAttributes): ElementMarks {
  const byName = hintByElement[name] ?? 0;
  if (byName === 0 && !attributes.any()) return unmarked;
  const role = attributes.raw("role");
  const said = (role === null ? undefined : regionByRole[role.trim().toLowerCase()]) ?? regionByName[name];
  const words = attributes.read("class", hintsOf) | attributes.read("id", hintsOf) | attributes.read("role", hintsOf);
  return {
    hints:
      byName |
      words |
      (said === undefined ? 0 : (hintByElement[said] ?? 0)) |
      (isHidden(attributes) ? hint.notShown : 0),
    region: said ?? regionOfWords(words),
  };
}

function regionOfWords(words: number): Region | null {
  for (const [bit, region] of regionByHint) if ((words & bit) !== 0) return region;
  return null;
}

/** What is inherited inside an element: its own marks and those of the elements around it. */
export function inheritedBy(around: Inherited, index: number, bits: number, attributes: TagAttributes): Inherited {
  if ((bits & kind.block) === 0) {
    return attributes.any() && isHidden(attributes) ? { ...around, dropped: true } : around;
  }
  const tag = elementNames[index] ?? "div";
  const { hints, region } = marksOf(tag, attributes);
  return {
    tag,
    region: region ?? around.region,
    hints: around.hints | hints,
    nearHints: hints === 0 ? around.nearHints : hints,
    preformatted: around.preformatted || (bits & kind.preformatted) !== 0,
    dropped: around.dropped,
  };
}

/** The element says that it is not shown, at least not yet. */
export function isHidden(attributes: TagAttributes): boolean {
  if (attributes.has("hidden") && attributes.raw("hidden") !== "until-found") return true;
  if (attributes.has("aria-hidden") && attributes.raw("aria-hidden") === "true") return true;
  return attributes.has("style") && invisible.test(attributes.raw("style") ?? "");
}
