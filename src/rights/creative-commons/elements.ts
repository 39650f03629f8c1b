export type Element = "BY" | "NC" | "SA" | "ND";

/**
 * Titles of the elements in the deeds' own languages. A space stands for any marks between two words, `~` for the same
 * where there may be none ("Non-Commercial", "NonCommercial").
 */
const titles: readonly (readonly [Element, string])[] = [
  [
    "BY",
    "attribution|namensnennung|nennung|paternit[ée]|reconocimiento|reconeixement|atribuci[óo]n|atribui[çc][ãa]o|attribuzione",
  ],
  [
    "BY",
    "naamsvermelding|uznanie autorstwa|uveďte (?:původ|autora)|erkännande|navngivelse|nime[äa]minen|nevezd meg!?|署名|姓名標示|表示|저작자표시|С указанием авторства",
  ],
  [
    "NC",
    "(?:utilisation |uso )?non?~commercial[a-z]*(?: use)?|nicht~kommerziell[a-z]*(?: nutzung)?|keine kommerzielle nutzung|pas d~utilisation commerciale|pas d~usage commercial",
  ],
  [
    "NC",
    "(?:uso )?no~comercial|(?:uso )?n[ãa]o~comercial|niet~commercieel|u[żz]ycie niekomercyjne|非商业性使用|非商業性|非営利|비영리|некоммерческая|с некоммерческим использованием",
  ],
  [
    "NC",
    "icke~kommersiell[a-z]*|ikke~kommersiell[a-z]*|ikke~kommerciel[a-z]*|ei~kaupallinen|neužívejte (?:dílo )?komerčně|ne add el!?",
  ],
  [
    "SA",
    "share~alike|weitergabe unter gleichen bedingungen|partage (?:à l~identique|dans les m[êe]mes conditions|des conditions initiales à l~identique)",
  ],
  [
    "SA",
    "compartir~igual|compartir bajo la misma licencia|compartilha~igual|compartilhamento pela mesma licen[çc]a|partilha~igual|partilha nos termos da mesma licen[çc]a|condividi allo stesso modo|gelijk~delen|na tych samych warunkach|相同方式共享|相同方式分享|継承|동일조건변경허락|с сохранением условий",
  ],
  ["SA", "dela~lika|del~(?:på~)?samme~(?:vilkår|vilkar)|jaa~samoin|zachovejte licenci|így add tovább!?"],
  [
    "ND",
    "no~deriv(?:ative|ativework)?s?(?: works)?|keine bearbeitung(?:en)?|pas de modifications?|sin~(?:obras?~)?derivad[ao]s?|sem~deriva(?:ç[õo]es|dos)|sense~obra~derivada",
  ],
  [
    "ND",
    "non~opere~derivate|pas d~(?:œ|oe)uvres dérivées|vedadas? (?:a criação de )?obras derivadas|geen~afgeleide~werken|bez utwor[óo]w zale[żz]nych|без производных(?: произведений)?|禁止演绎|禁止演繹|禁止改作|改変禁止|변경금지",
  ],
  [
    "ND",
    "inga~bearbetningar|ingen~bearbejdelser?|ingen~bearbeidelser?|ei~muutoksia|nezpracovávejte|nezasahujte do díla|ne változtasd(?: meg)?!?",
  ],
];

const symbols = { NC: "\u{1F10F}", SA: "\u{1F10E}", ND: "\u229C" } as const;
const marks = new RegExp(`(?![${Object.values(symbols).join("")}])[^\\p{L}\\p{N}\\s]`, "gu");

/**
 * The text with `-` for every mark but the symbols of the elements, and a space for white space; offsets do not change. The
 * patterns below are for such text: classes of Unicode at each gap would take half a second to compile.
 */
export function plainMarksOf(text: string): string {
  return text.replace(marks, ({ length }) => "-".repeat(length)).replace(/\s/g, " ");
}

function sourceOf(title: string): string {
  return title.replaceAll(" ", "[ -]{1,3}").replaceAll("~", "[ -]{0,3}");
}

/** The letters of an element, which may stand without anything between them ("BYNCSA"), or its symbol. */
function lettersOf(element: keyof typeof symbols): readonly [Element, RegExp] {
  return [element, new RegExp(`${element}(?=(?:NC|SA|ND)*(?![a-z]))|${symbols[element]}`, "iuy")];
}

/** What names an element, to be matched at a place of plain text; longer names come first. */
export const elementNames: readonly (readonly [Element, RegExp])[] = [
  // Lower-case "by" is a licence element only where no name follows: "(cc) by Jane Doe" is a credit.
  ["BY", /BY(?=(?:NC|SA|ND)*(?!\p{L}))|by(?=(?:nc|sa|nd)+(?!\p{L})|[ -]{0,3}(?:nc|sa|nd|licen|lizenz|$|[^\p{L} ]))/uy],
  ...titles.map(([element, title]) => [element, new RegExp(sourceOf(title), "iuy")] as const),
  lettersOf("NC"),
  lettersOf("SA"),
  lettersOf("ND"),
];

/** What may part two elements in plain text: any marks and spaces. */
export const betweenElements = /[ -]+/y;

/** Words that restrict as an element does, though no deed has them as its title. */
const otherWords = {
  NC: [
    "not(?: [a-z]+){0,3} commercial",
    "commercial (?:use|purposes?|reuse) (?:is |are )?(?:not|prohibited|forbidden|excluded)",
    "nicht(?: [a-zäöü]+){0,2} kommerzi",
  ],
  ND: ["non~deriv", "ohne~(?:bearbeitung|veränderung)", "sans~modification"],
  SA: [],
} as const;

/** An element that restricts, anywhere in plain text: by title, by letters ("NC", "N.C.") or by symbol. */
const restricting = (["NC", "SA", "ND"] as const).map((element) => ({
  element,
  title: new RegExp(`(?<![a-z])(?:${[...titlesOf(element), ...otherWords[element].map(sourceOf)].join("|")})`, "iu"),
  letters: new RegExp(
    `(?<![^ -])(?:(?:NC|SA|ND)*${element}(?:NC|SA|ND)*|${element.charAt(0)}- ?${element.charAt(1)})(?![^ \\d-])|${symbols[element]}`,
    "u",
  ),
}));

function titlesOf(element: Element): string[] {
  return titles.filter(([one]) => one === element).map(([, title]) => sourceOf(title));
}

/** Another licence, a version or another sentence: what comes after it is not said of this licence. */
const elsewhere =
  /[Cc]reative[^\p{L}]?[Cc]ommons|(?<!\p{L})[Cc][Cc](?!\p{L})|[1-4]\.\d|[.!?。]["”)]?\s+(?=\p{Lu}\p{Ll})/u;
const reach = 80;

function saidFrom(text: string, end: number): string {
  const tail = text.slice(end, end + reach);
  const stop = tail.search(elsewhere);
  return plainMarksOf((stop === -1 ? tail : tail.slice(0, stop)).normalize("NFKC"));
}

/**
 * Does NC, ND or SA stand beyond the elements that end at `end`, behind words that were not read? Those in `seen` do not
 * count.
 */
export function restrictedBeyond(text: string, end: number, seen: ReadonlySet<string>): boolean {
  const said = saidFrom(text, end);
  return restricting.some(
    ({ element, title, letters }) => !seen.has(element) && (title.test(said) || letters.test(said)),
  );
}

const versionWords =
  /^(?:[ -]|(?:international|unported|generic|licen[cs]e|lizenz|attribution|namensnennung|by|with|plus|and|but|only|for|the|an?|mit|und|aber|nur|avec|et|mais|con|y|e|com|met|en)(?![a-z]))*/i;
const joinedLetters = /^(?:nc|sa|nd)+(?![^ \d-])/iu;
/** "for commercial and non-commercial purposes" permits both. */
const commercialToo = /(?<!\p{L})(?:commerci|kommerzi|comerci|kommersi|kommerci)/iu;

/**
 * The same behind the version or the address that ends at `end`: letters with nothing but marks and small words between, a
 * title anywhere in the rest of the sentence.
 */
export function restrictedAfterVersion(text: string, end: number, seen: ReadonlySet<string>): boolean {
  const said = saidFrom(text, end);
  const [before = ""] = versionWords.exec(said) ?? [];
  const rest = said.slice(before.length);
  const joined = before.endsWith("-") ? (joinedLetters.exec(rest)?.[0].toUpperCase() ?? "") : "";
  return restricting.some(
    ({ element, title, letters }) =>
      !seen.has(element) && (letters.exec(rest)?.index === 0 || joined.includes(element) || restrictedBy(title, said)),
  );
}

function restrictedBy(title: RegExp, said: string): boolean {
  const found = title.exec(said);
  if (found === null) return false;
  const around = `${said.slice(0, found.index)}${" ".repeat(found[0].length)}${said.slice(found.index + found[0].length)}`;
  return !/comm?erci|kommer[zsc]i/i.test(found[0]) || !commercialToo.test(around);
}
