/** Ways of saying that all rights are reserved, or that no copy may be made without permission. */
const patterns: readonly RegExp[] = [
  /all rights? (?:are )?reserved|all rights reserved/giu,
  /alle rechte (?:sind )?(?:vorbehalten|liegen bei)|alle rettigheder forbeholdes|alle rettigheter|alla rättigheter (?:förbehålls|reserverade)/giu,
  /tous (?:les )?droits (?:sont )?réservés|todos los derechos reservados|todos os direitos reservados|tutti i diritti (?:sono )?riservati/giu,
  /tots els drets reservats|alle rechten voorbehouden|wszel?kie prawa zastrze[żz]one|wszystkie prawa zastrze[żz]one/giu,
  /všechna práva vyhrazena|minden jog fenntartva|toate drepturile rezervate|kaikki oikeudet pidätetään|t[üu]m haklar[ıi] sakl[ıi]d[ıi]r/giu,
  /все права защищены|всі права захищен[оі]|всички права запазени|hak cipta dilindungi|mọi quyền được bảo lưu|με επιφύλαξη παντός δικαιώματος/giu,
  /版权所有|版權所有|保留所有权利|保留所有權利|不許複製|無断転載(?:を)?(?:禁|厳禁)|禁無断転載|未经.{0,12}(?:许可|授权).{0,12}(?:转载|复制)|转载.{0,12}(?:书面)?授权|모든 권리|무단 ?전재/gu,
  /(?:nachdruck|vervielfältigung|verbreitung|weitergabe|verwertung|weiterverbreitung)[^.!?]{0,120}(?:nur mit|bedürfen|bedarf|ohne)[^.!?]{0,60}(?:genehmigung|zustimmung|erlaubnis)/giu,
  /(?:may|must|can) ?not be (?:reproduced|republished|copied|redistributed|published)[^.!?]{0,160}without[^.!?]{0,60}(?:permission|consent|authori[sz]ation)/giu,
  /reproduction[^.!?]{0,80}(?:without|sans)[^.!?]{0,40}(?:permission|autorisation)|reproduction interdite|prohibida (?:su|la) reproducción/giu,
];

/**
 * Indexes in the text where all rights are reserved, ascending. Source: footers of real pages; "© name" alone is none.
 */
export function reservationsIn(text: string): { readonly start: number; readonly end: number }[] {
  return patterns
    .flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length })),
    )
    .sort((left, right) => left.start - right.start || left.end - right.end);
}
