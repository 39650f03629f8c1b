/**
 * Each phrase that names a licence holds one of these, in lower case; each reservation one of those below. Looking for
 * them first spares nearly all blocks some thirty regular expressions, which are slow because they ignore case.
 */
const licenceTriggers =
  /licen|lizenz|creative.{0,2}commons|gnu|gpl|gfdl|odbl|public domain|cc(?:[- :/0]|.{0,3}(?:by|nc|sa|nd))/u;

const reservationTriggers =
  /rights|right reserved|rechte|rettighe|rättighe|droits|derechos|direitos|diritti|drets|prawa|práva|jog fenn|drepturile|oikeude|hakl|права|cipta|quyền|δικαι|版权|版權|权利|權利|複製|転載|转载|권리|전재|nachdruck|vervielf|verbreitung|weitergabe|verwertung|not be |reproduc/;

export function mayNameLicence(lowerCaseText: string): boolean {
  return licenceTriggers.test(lowerCaseText);
}

export function mayReserve(lowerCaseText: string): boolean {
  return reservationTriggers.test(lowerCaseText);
}
