import { isIP } from "node:net";

import type { ProblemCode } from "../core/archive-faults.ts";
import { wellFormedDate } from "./dates.ts";
import type { ArchiveProblem, Fields } from "./record.ts";

const types = [
  "warcinfo",
  "response",
  "resource",
  "request",
  "metadata",
  "revisit",
  "conversion",
  "continuation",
] as const;
const knownTypes: ReadonlySet<string> = new Set(types);

interface FieldRule {
  /** What a value that is not empty must satisfy. */
  readonly form?: (value: string) => boolean;
  readonly repeatable?: true;
  readonly requiredIn?: readonly string[];
  readonly onlyIn?: readonly string[];
  readonly notIn?: readonly string[];
}

const uri = /^[a-z][a-z0-9+.-]*:[!-;=?-~]+$/i;
const isUri = (value: string): boolean => uri.test(value);
const isBracketed = (value: string): boolean =>
  value.startsWith("<") && value.endsWith(">") && isUri(value.slice(1, -1));
/** The grammar of 1.0 had brackets here, its examples and all writers but wget do not; 1.1 dropped them. */
const isTarget = (value: string): boolean => isUri(value) || isBracketed(value);
const isDigest = (value: string): boolean => /^[a-z0-9-]+:[a-z0-9+/=_-]+$/i.test(value);
const isAddress = (value: string): boolean => isIP(value) !== 0;
const isCount = (value: string): boolean => /^\d+$/.test(value);
const isMedia = (value: string): boolean => /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;.*)?$/.test(value);
const isToken = (value: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(value);

/** What ISO 28500:2017 (5.1 to 5.21) says of each field that it defines. Other fields are free. */
const rules: Readonly<Record<string, FieldRule>> = {
  "warc-record-id": { form: isBracketed, requiredIn: types },
  "content-length": { form: isCount },
  "warc-date": { form: wellFormedDate, requiredIn: types },
  "warc-type": { form: isToken },
  "content-type": { form: isMedia },
  "warc-concurrent-to": { form: isBracketed, repeatable: true, notIn: ["warcinfo", "conversion", "continuation"] },
  "warc-block-digest": { form: isDigest },
  "warc-payload-digest": { form: isDigest },
  "warc-ip-address": { form: isAddress, notIn: ["warcinfo", "conversion", "continuation"] },
  "warc-refers-to": { form: isBracketed, onlyIn: ["metadata", "revisit", "conversion"] },
  "warc-refers-to-target-uri": { form: isTarget, onlyIn: ["revisit", "metadata", "conversion"] },
  "warc-refers-to-date": { form: wellFormedDate, onlyIn: ["revisit", "metadata", "conversion"] },
  "warc-target-uri": {
    form: isTarget,
    requiredIn: ["response", "resource", "request", "revisit", "conversion", "continuation"],
    notIn: ["warcinfo"],
  },
  "warc-truncated": { form: isToken },
  "warc-warcinfo-id": { form: isBracketed, notIn: ["warcinfo"] },
  "warc-filename": { onlyIn: ["warcinfo"] },
  "warc-profile": { form: isTarget, requiredIn: ["revisit"], onlyIn: ["revisit"] },
  "warc-identified-payload-type": { form: isMedia },
  "warc-segment-origin-id": { form: isBracketed, requiredIn: ["continuation"], onlyIn: ["continuation"] },
  "warc-segment-number": { form: isCount, requiredIn: ["continuation"] },
  "warc-segment-total-length": { form: isCount, onlyIn: ["continuation"] },
};
const requiredFields: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  types.map((type) => [type, Object.keys(rules).filter((name) => rules[name]?.requiredIn?.includes(type) === true)]),
);
const maxProblems = 32;

/**
 * Compares the fields of a WARC record with the standard. At most 32 problems; none of them makes it unreadable.
 */
export function diagnose(fields: Fields, blockBytes: number): readonly ArchiveProblem[] {
  const problems: ArchiveProblem[] = [];
  const report = (code: ProblemCode, detail: string): void => {
    if (problems.length < maxProblems) problems.push({ code, detail });
  };
  const values = new Map<string, string>();
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    if (values.has(key) && key in rules && rules[key]?.repeatable !== true)
      report("field-duplicate", `${name} is repeated`);
    else values.set(key, value);
  }
  const stated = values.get("warc-type");
  const type = stated?.toLowerCase() ?? "";
  if (stated === undefined) report("field-missing", "WARC-Type is missing");
  else if (stated !== "" && !knownTypes.has(type))
    report("type-unknown", `${quoted(stated)} is no type of the standard`);
  for (const [name, value] of fields) checkField(name, value, type, report);
  for (const name of requiredFields[type] ?? ["warc-record-id", "warc-date"]) {
    if (!values.has(name)) report("field-missing", `${name} is missing in a record of type ${quoted(type)}`);
  }
  checkContentType(values, type, blockBytes, report);
  checkSegment(values.get("warc-segment-number"), type, report);
  return problems;
}

type Report = (code: ProblemCode, detail: string) => void;

function checkField(name: string, value: string, type: string, report: Report): void {
  const rule = rules[name.toLowerCase()];
  if (rule === undefined) return;
  if (value === "") report("field-empty", `${name} has no value`);
  else if (rule.form?.(value) === false) report("field-format", `${name} is malformed: ${quoted(value)}`);
  if (!knownTypes.has(type)) return;
  if (rule.notIn?.includes(type) === true || rule.onlyIn?.includes(type) === false) {
    report("field-not-allowed", `${name} has no place in a record of type ${type}`);
  }
}

function checkContentType(values: ReadonlyMap<string, string>, type: string, blockBytes: number, report: Report): void {
  const contentType = values.get("content-type");
  if (contentType === undefined && blockBytes > 0 && type !== "continuation") {
    report("content-type-missing", "a block that is not empty should have a Content-Type");
  }
  if (type === "warcinfo" && contentType !== undefined && !/^application\/warc-fields\s*(;|$)/i.test(contentType)) {
    report("content-type-unusual", `a warcinfo record should be application/warc-fields, not ${quoted(contentType)}`);
  }
  const message = /^application\/http\s*;\s*msgtype\s*=\s*"?([^";\s]+)/i.exec(contentType ?? "")?.[1];
  if ((type === "request" || type === "response") && message !== undefined && message.toLowerCase() !== type) {
    report("content-type-unusual", `the message of a ${type} record cannot be a ${quoted(message)}`);
  }
}

/** The first segment has number 1, and each continuation a higher one. Source: ISO 28500:2017, 5.19 and 7. */
function checkSegment(number: string | undefined, type: string, report: Report): void {
  if (number === undefined || !isCount(number)) return;
  const wrong = type === "continuation" ? Number(number) < 2 : Number(number) !== 1;
  if (wrong) report("segment-number", `segment number ${number} cannot be in a record of type ${quoted(type)}`);
}

function quoted(value: string): string {
  return JSON.stringify(value.slice(0, 80));
}
