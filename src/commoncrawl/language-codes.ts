import { PipelineError } from "../core/errors.ts";

/** ISO 639-1 to the ISO 639-3 codes that Common Crawl's indexes use (those of CLD2). */
const pairs =
  "aa:aar ab:abk af:afr ak:aka am:amh ar:ara as:asm ay:aym az:aze ba:bak be:bel bg:bul bh:bih bi:bis bn:ben bo:bod br:bre bs:bos ca:cat co:cos cs:ces cy:cym da:dan de:deu dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas fi:fin fj:fij fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb hi:hin hr:hrv ht:hat hu:hun hy:hye ia:ina id:ind ie:ile ig:ibo ik:ipk is:isl it:ita iu:iku ja:jpn jv:jav ka:kat kk:kaz kl:kal km:khm kn:kan ko:kor ks:kas ku:kur ky:kir la:lat lb:ltz lg:lug ln:lin lo:lao lt:lit lv:lav mg:mlg mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya na:nau nb:nor ne:nep nl:nld nn:nno no:nor nr:nbl ny:nya oc:oci om:orm or:ori pa:pan pl:pol ps:pus pt:por qu:que rm:roh rn:run ro:ron ru:rus rw:kin sa:san sd:snd sg:sag si:sin sk:slk sl:slv sm:smo sn:sna so:som sq:sqi sr:srp ss:ssw st:sot su:sun sv:swe sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol wo:wol xh:xho yi:yid yo:yor za:zha zh:zho zu:zul";

const byShort: ReadonlyMap<string, string> = new Map(
  pairs.split(" ").map((pair) => [pair.slice(0, 2), pair.slice(3)] as const),
);

/** `en` or `eng` to `eng`. @throws {PipelineError} `usage` */
export function indexLanguageOf(code: string): string {
  const folded = code.trim().toLowerCase();
  const known = byShort.get(folded) ?? (/^[a-z]{3}$/.test(folded) ? folded : undefined);
  if (known !== undefined) return known;
  throw new PipelineError("usage", `--lang ${JSON.stringify(code)} is no code of ISO 639, such as en or eng`);
}
