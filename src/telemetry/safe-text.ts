/** Log lines are for people and for programs that index them: no field is longer, in UTF-16 code units. */
const mostUnits = 2048;
/** Code units that are searched for secrets: far more than are shown, and few enough for any regular expression. */
const readUnits = 4 * mostUnits;

/** In the addresses of Redis a password may hold anything but white space, `/` and `@` too. */
const redisAddress = /(rediss?(?:-sentinel|-cluster)?:\/\/)(\S*)/gi;
const addressKeys = /(?<=:\/\/)[^\s/?#]*(?=@)/g;
const queryKeys = /(?<=[?&][\w-]*(?:secret|password|signature|credential|token)[\w-]*=)[^\s&#]*/gi;

function withoutSecrets(text: string): string {
  return text
    .replace(redisAddress, (whole: string, scheme: string, rest: string) => {
      const at = rest.lastIndexOf("@");
      return at < 0 ? whole : `${scheme}***${rest.slice(at)}`;
    })
    .replace(addressKeys, "***")
    .replace(queryKeys, "***");
}

/** Text for a log: without secrets in addresses, and cut where it is too long. */
export function safeText(text: string): string {
  const read = text.slice(0, readUnits);
  const clean = withoutSecrets(read);
  const left = text.length - read.length + Math.max(0, clean.length - mostUnits);
  return left === 0 ? clean : `${clean.slice(0, mostUnits).toWellFormed()}… (${left} more)`;
}

/**
 * C1 controls drive terminals as C0 do, two separators end lines, and bidi controls make text look different from what
 * it is (CVE-2021-42574).
 */
const controls = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A line of JSON that also escapes characters which JSON leaves as they are; outside strings JSON has none of them. */
export function escapedLine(json: string): string {
  return json.replace(controls, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
