import { nameHash } from "./name-hash.ts";

/**
 * What the words of `class`, `id` and `role` say about an element; combined as bits and inherited by what is inside.
 */
export const hint = {
  navigation: 1,
  footer: 2,
  aside: 4,
  comments: 8,
  sharing: 16,
  related: 32,
  advert: 64,
  overlay: 128,
  byline: 256,
  hidden: 512,
  form: 1024,
  content: 2048,
  header: 4096,
  noscript: 8192,
  post: 16384,
  product: 32768,
  /** Said outright (`hidden`, `aria-hidden`, `display: none`), where `hidden` above is only a word in a class. */
  notShown: 65536,
  // From the element's own name or role, which its author chose for the meaning.
  inMain: 1 << 17,
  inArticle: 1 << 18,
  inNav: 1 << 19,
  inHeader: 1 << 20,
  inFooter: 1 << 21,
  inAside: 1 << 22,
  inList: 1 << 23,
  inTable: 1 << 24,
  inFigure: 1 << 25,
  inForm: 1 << 26,
} as const;

/** Bits for the elements whose name alone says something. */
export const hintByElement: Readonly<Record<string, number>> = {
  noscript: hint.noscript,
  main: hint.inMain,
  article: hint.inArticle,
  nav: hint.inNav,
  header: hint.inHeader,
  footer: hint.inFooter,
  aside: hint.inAside,
  ul: hint.inList,
  ol: hint.inList,
  table: hint.inTable,
  figure: hint.inFigure,
  form: hint.inForm,
};

const wordsByHint = {
  navigation:
    "nav navbar navigation menu menus submenu megamenu topnav topbar sidenav subnav mainnav navmenu navlist breadcrumb breadcrumbs crumbs pagination pager paging paginator skip toc tabs tablist menubar menuitem toolbar pagenav navbox catlinks",
  footer: "footer foot footers colophon copyright contentinfo bottombar footnav legal",
  aside:
    "sidebar sidebars aside rail widget widgets complementary sidecol sidecolumn rightcol leftcol rightbar leftbar infobox",
  comments: "comment comments commentlist respond disqus discussion commentary commenter replies",
  sharing:
    "share shares sharing social socials sharedaddy addthis addtoany sharethis follow twitter facebook pinterest linkedin",
  related:
    "related recommended recommendations recommend similar more popular trending recent latest suggested suggestions upsell upsells crosssell readmore also teaser teasers promo promos promotion promoted outbrain taboola next prev previous",
  advert:
    "ad ads advert advertisement advertising adsense banner banners sponsor sponsored sponsors dfp doubleclick adslot adunit",
  overlay:
    "cookie cookies consent gdpr modal popup overlay lightbox dialog toast alert notice notification subscribe subscription newsletter signup login signin register paywall onetrust optin cta",
  byline:
    "byline author authors date dateline timestamp meta metadata postmeta published posted tag tags tagged category categories info credit credits caption",
  hidden: "hidden hide invisible offscreen visuallyhidden assistive noprint",
  form: "form search searchbox searchform filter filters facet facets sort input dropdown button btn buttons",
  content:
    "content article articles entry story body text main maincontent richtext prose markdown wysiwyg description summary excerpt copy articlebody storybody bodytext bodycontent blog document documentation docs",
  header: "header masthead banner hero head topheader siteheader pageheader logo brand branding",
  post: "post posts thread message messages topic reply answer answers question forum msg postbody postcontent cooked userpost postbit bbcode",
  product:
    "product products specs specifications features feature details detail price pricing review reviews ingredients",
} as const satisfies Partial<Record<keyof typeof hint, string>>;

const bitsByWord = new Map<number, number>();
for (const [name, words] of Object.entries(wordsByHint)) {
  for (const word of words.split(" ")) {
    const hash = nameHash(word, 0, word.length);
    bitsByWord.set(hash, (bitsByWord.get(hash) ?? 0) | hint[name as keyof typeof wordsByHint]);
  }
}

/** `has-sidebar`, `no-comments`: the word after these names something that is elsewhere, or absent. */
const negations = new Set(["has", "no", "with", "without", "not"].map((word) => nameHash(word, 0, word.length)));

/** Bits of `hint` for the words in a stretch of source: runs of letters, cut where a capital follows a small letter. */
export function hintsOf(source: string, start: number, end: number): number {
  let bits = 0;
  let wordStart = start;
  let wasLower = false;
  let negated = false;
  for (let at = start; at <= end; at++) {
    const code = at < end ? source.charCodeAt(at) : 0x20;
    const lower = code >= 0x61 && code <= 0x7a;
    const upper = code >= 0x41 && code <= 0x5a;
    const cut = upper && wasLower;
    if ((!lower && !upper) || cut) {
      if (at - wordStart > 1) {
        const hash = nameHash(source, wordStart, at);
        if (!negated) bits |= bitsByWord.get(hash) ?? 0;
        negated = negations.has(hash);
      }
      if (code <= 0x20) negated = false;
      wordStart = cut ? at : at + 1;
    }
    wasLower = lower;
  }
  return bits;
}
