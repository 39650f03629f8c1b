/**
 * Each phrase that names a licence holds one of these, in lower case. Looking for them in the whole page first spares most blocks
 * some thirty expressions: a plain search is an order of magnitude faster than one without regard to case.
 */
export const licenceTriggers = [
  "creative commons|creative-commons|cc-|cc by|cc:by|cc/by|ccby|cc0|cc zero|cc nc|cc sa|cc nd",
  "licen|lizenz|gnu|gpl|gfdl|odbl|public domain",
].flatMap((line) => line.split("|"));

/** As above, for what is reserved. */
export const reservationTriggers = [
  "right|recht|rettighe|rättighe|droit|derecho|direito|diritti|drets|prawa|práva|jog |drept|oikeude|hakl|права|cipta|quyền|δικαι",
  "版|权|權|複製|転載|轉載|转载|권리|전재|nachdruck|vervielf|verbreitung|weitergabe|verwertung|not be |reproduc",
].flatMap((line) => line.split("|"));

/** Those of the words that the text holds. */
export function wordsIn(lowerCaseText: string, words: readonly string[]): string[] {
  return words.filter((word) => lowerCaseText.includes(word));
}
