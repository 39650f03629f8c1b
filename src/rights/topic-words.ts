/** What a sentence about a licence may speak of. */
export type Topic = "work" | "picture" | "software";

const pictures = [
  String.raw`\p{L}{0,20}(?:photo|image|picture|illustration|screenshot|wallpaper|artwork)s?|photograph(?:s|y|er)?|figures?|icons?|icon[ -]?sets?|logos?|banners?|fonts?`,
  String.raw`maps?|tiles?|openstreetmap|music|songs?|tracks?|sounds?|soundtrack|audio|videos?|film|drawings?|paintings?|clip ?arts?|emojis?|thumbnails?|credits?|flickr`,
  String.raw`wikimedia|unsplash|pixabay|pexels|own work|eigenes werk|cover|courtesy|data ?sets?|databases?`,
  String.raw`\p{L}{0,20}(?:bild(?:er|ern|es)?|foto(?:s|grafie|grafien|graf|grafin)?|grafik(?:en)?|abbildung(?:en)?)|bild(?:nachweise?|quellen?|rechte)|schriftart(?:en)?|karten?|musik|symbole?`,
  String.raw`illustrations?|crédits?|cartes?|musique|fotos?|fotografías?|im[áa]gen(?:es)?|ilustraci(?:ón|ones)|música|immagin[ei]|fotografi[ae]|imagem|imagens|afbeelding(?:en)?|zdj[ęe]ci[ae]`,
  String.raw`фото\p{L}{0,12}|изображени\p{L}{0,4}`,
];
const software = [
  String.raw`plugins?|add-?ons?|software|programs?|source|code|examples?|samples?|scripts?|librar(?:y|ies)|projects?|packages?|modules?|apps?|tools?|javascript|jquery|framework`,
  String.raw`themes?|wordpress|blogger|templates?|skins?|designed|design|layout|stylesheets?|css|powered|vorlagen?|gestaltung|thème|plantilla|diseño|logiciel|programme?`,
];
const works = [
  String.raw`(?:this|these|the) works?|contents?|texts?|textual|pages?|articles?|posts?|postings?|entr(?:y|ies)|documents?|documentation|books?|e-?books?|manuals?|guides?|handbooks?|tutorials?`,
  String.raw`publications?|papers?|preprints?|reports?|materials?|contributions?|information|chapters?|specifications?|translations?|stor(?:y|ies)|lectures?|courses?|poems?|writings?|essays?|everything`,
  String.raw`inhalte?[ns]?|texte?[ns]?|textuellen|beitr(?:ag|äge[n]?|ags)|artikeln?|seiten?|werke?[ns]?|dokument(?:e|en|ation)?|publikation(?:en)?|buch(?:es)?|handbuch|veröffentlichung(?:en)?|blogeinträge|blogbeiträge|alles`,
  String.raw`contenus?|textes?|[œo]e?uvres?|billets?|livres?|manuels?|contenidos?|obras?|textos?|p[áa]ginas?|art[íi]culos?|artigos?|documentos?|libros?|contenut[oi]|opera|test[oi]|pagin[ae]|articol[oi]|document[oi]|conteúdos?`,
  String.raw`inhoud|teksten?|artikelen|treś(?:ć|ci)|utw[óo]r|strona|artykuł|llibre|continguts?|материал\p{L}{0,4}|содержани[ея]|текст\p{L}{0,4}|произведени[ея]|контент\p{L}{0,2}`,
];
const sites = String.raw`(?:web)?sites?|web ?pages?|home ?page|blogs?|weblogs?|wikis?|webseiten?|internetseiten?|webpräsenz|sitios?|siti|sito|portal|portals|journals?|сайт\p{L}{0,3}`;

const easternWorks = "作品|文章|本文|内容|內容|コンテンツ|記事|文書|テキスト|文字";
const easternSites = "本站|网站|網站|サイト";
const easternPictures = "图片|圖片|照片|画像|写真|사진";

const topics: Readonly<Record<Topic, RegExp>> = {
  work: words(`${works.join("|")}|${sites}`, `${easternWorks}|${easternSites}`),
  picture: words(pictures.join("|"), easternPictures),
  software: words(software.join("|"), "プログラム|软件"),
};
const siteWords = words(sites, easternSites);
const joined = /^\s{0,2}(?:and|und|et|y|e|i|&|sowie|or|oder|,|\/|、|和)\s{0,2}(?:\p{L}{1,12} )?$/iu;

function words(alternatives: string, withoutBorders: string): RegExp {
  return new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${alternatives})(?![\p{L}\p{N}])|${withoutBorders}`, "giu");
}

interface Named {
  readonly topic: Topic;
  readonly start: number;
  readonly end: number;
}

/**
 * What a clause before a licence is about, `null` when it names nothing known. A part is the topic when it comes first
 * ("the pictures on this site") or last ("on this site you find pictures"). It is not when it is listed together with
 * the text ("pictures and text").
 */
export function topicOf(clause: string): Topic | null {
  const named = namedIn(clause);
  const [first] = named;
  const last = named.at(-1);
  if (first === undefined || last === undefined) return null;
  if (first.topic !== "work" && !joinedToWork(clause, named, 0, 1)) return first.topic;
  if (last.topic !== "work" && !joinedToWork(clause, named, named.length - 1, -1)) return last.topic;
  return "work";
}

/** Does the clause speak of a whole site, blog or wiki? */
export function namesSite(clause: string): boolean {
  return clause.search(siteWords) !== -1;
}

function namedIn(clause: string): Named[] {
  return Object.entries(topics)
    .flatMap(([topic, pattern]) =>
      [...clause.matchAll(pattern)].map(({ 0: text, index }) => ({
        topic: topic as Topic,
        start: index,
        end: index + text.length,
      })),
    )
    .sort((left, right) => left.start - right.start);
}

/** Walks from `index` through a list ("A, B and C") in the direction of `step`. */
function joinedToWork(clause: string, named: readonly Named[], index: number, step: 1 | -1): boolean {
  for (let at = index; ; at += step) {
    const [here, next] = [named[at], named[at + step]];
    if (here === undefined || next === undefined) return false;
    const [left, right] = step === 1 ? [here, next] : [next, here];
    if (!joined.test(clause.slice(left.end, right.start))) return false;
    if (next.topic === "work") return true;
  }
}
