import { randomUUID } from "node:crypto";

import type { Exchanged, ExchangeResult, TlsFacts } from "../fetch/result.ts";
import type { Validators } from "../frontier/turn.ts";
import { sha1Base32 } from "../warc/digests.ts";
import { headerOf } from "../warc/http.ts";
import type { Fields } from "../warc/record.ts";
import { freeBytes, freeWhole } from "../warc/release-memory.ts";
import { gzipMember, memberPieces, recordBytes, warcFieldsBlock, type WrittenRecord } from "../warc/write.ts";

/** One exchange as it is to be archived. */
export interface ArchivedExchange {
  /** As it was asked for. */
  readonly url: string;
  readonly result: ExchangeResult;
  /** Of an earlier visit: what has not changed since becomes a revisit. */
  readonly earlier: Validators | null;
  /** What else the metadata record says: depth, the robots.txt that governed it, ... */
  readonly facts: Fields;
}

/** Records of one exchange. */
export interface ExchangeRecords {
  /** Each is a gzip member of its own; here in pieces that have their memory for themselves. */
  readonly pieces: readonly Buffer[];
  /** Of the response or revisit, in brackets; `null` when there was no response. */
  readonly recordId: string | null;
  /** Of the body without transfer coding; that of the earlier visit when the server says that it still holds. */
  readonly payloadDigest: string | null;
  readonly isRevisit: boolean;
}

/** Levels 3 and 4 cost the same here; 6 takes twice as long for 3 % less. Heads alone gain nothing beyond the first. */
const bodyLevel = 4;
const headLevel = 1;
const packedTypes =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:gzip|zip|x-7z|x-bzip|x-xz|zstd|pdf|epub))/i;

/** The records of an exchange: response or revisit, request, and metadata that tells how it went; with no response, the last two. */
export function exchangeRecords(exchange: ArchivedExchange): ExchangeRecords {
  const { url, result, facts } = exchange;
  const dateMs = result.timings.startMs;
  const common = { dateMs, url, ...(result.ip === null || result.ip === "" ? {} : { ip: result.ip }) };
  const answer = result.ok ? answerRecord(exchange, result, common) : noAnswer;
  const members = [...answer.members];
  const about = answer.recordId === null ? {} : { concurrentTo: [answer.recordId] };
  if (result.requestHead.length > 0) {
    const contentType = "application/http; msgtype=request";
    members.push(
      memberOf({ ...common, ...about, type: "request", id: newId(), contentType, block: result.requestHead }),
    );
  }
  const block = warcFieldsBlock([...exchangeFacts(result), ...facts]);
  const contentType = "application/warc-fields";
  members.push(memberOf({ ...common, ...about, type: "metadata", id: newId(), contentType, block }));
  const { recordId, payloadDigest, isRevisit } = answer;
  return { pieces: [...answer.long, joined(members)], recordId, payloadDigest, isRevisit };
}

/** The record of what came back; a long one in pieces, any other as a member that is still to be joined. */
interface AnswerRecord extends Omit<ExchangeRecords, "pieces"> {
  readonly long: readonly Buffer[];
  readonly members: readonly Buffer[];
}

const noAnswer: AnswerRecord = { recordId: null, payloadDigest: null, isRevisit: false, long: [], members: [] };

function answerRecord({ url, earlier }: ArchivedExchange, result: Exchanged, common: CommonFields): AnswerRecord {
  const recordId = newId();
  const notModified = result.status === 304 && earlier !== null;
  const payloadDigest = notModified ? earlier.payloadDigest : sha1Base32(result.payload);
  const record = { ...common, id: recordId, contentType: "application/http; msgtype=response", payloadDigest };
  if (earlier !== null && (notModified || (earlier.payloadDigest === payloadDigest && result.truncated === null))) {
    const refersTo = { id: earlier.recordId, url, dateMs: earlier.capturedAt };
    const profile = notModified ? "server-not-modified" : "identical-payload-digest";
    // Only the head is kept: the payload is where the earlier visit put it. Source: WARC 1.1, 6.7.
    const member = memberOf({ ...record, type: "revisit", profile, refersTo, block: result.responseHead });
    return { recordId, payloadDigest, isRevisit: true, long: [], members: [member] };
  }
  const answer = { recordId, payloadDigest, isRevisit: false };
  if (result.body.length < longBytes) return { ...answer, long: [], members: [responseMember(record, result)] };
  return { ...answer, long: longResponsePieces(record, result), members: [] };
}

/** What opens an archive file. */
export function warcinfoMember(filename: string, dateMs: number, fields: Fields): Buffer {
  const block = warcFieldsBlock(fields);
  return memberOf({ type: "warcinfo", id: newId(), dateMs, filename, contentType: "application/warc-fields", block });
}

type ResponseHead = Omit<WrittenRecord, "type" | "block">;
/** Of all records of an exchange. */
type CommonFields = Pick<WrittenRecord, "dateMs" | "url" | "ip">;

function responseMember(head: ResponseHead, result: Exchanged): Buffer {
  const bytes = recordBytes(responseRecord(head, result));
  const member = gzipMember(bytes, levelOf(result));
  freeBytes(bytes);
  return member;
}

function longResponsePieces(head: ResponseHead, result: Exchanged): Buffer[] {
  return memberPieces(responseRecord(head, result), levelOf(result));
}

function responseRecord(head: ResponseHead, { truncated, responseHead, body }: Exchanged): WrittenRecord {
  const cut = truncated === null ? {} : { truncated };
  return { ...head, ...cut, type: "response", block: responseHead, blockRest: body };
}

/** Bodies that came packed are only stored. */
function levelOf(result: Exchanged): number {
  return isPacked(result) ? 0 : bodyLevel;
}

/** To pack again what came packed takes time and gains nothing. */
function isPacked({ headers }: Exchanged): boolean {
  const coding = headerOf(headers, "content-encoding");
  if (coding !== null && !/^\s*(?:identity)?\s*$/i.test(coding)) return true;
  return packedTypes.test(headerOf(headers, "content-type")?.trim() ?? "");
}

function exchangeFacts(result: ExchangeResult): [string, string][] {
  const { connectMs, firstByteMs, totalMs } = result.timings;
  const facts: [string, string][] = [
    ["fetchTimeMs", totalMs.toFixed(1)],
    ["firstByteMs", firstByteMs.toFixed(1)],
    ["connectMs", connectMs.toFixed(1)],
  ];
  if (!result.ok) facts.push(["fault", result.reason], ["faultDetail", result.detail]);
  else {
    facts.push(["protocol", result.protocol]);
    if (result.tls !== null) facts.push(...tlsFacts(result.tls));
    if (result.fault !== null) facts.push(["fault", result.fault]);
    if (result.excessBytes > 0) facts.push(["excessBytes", String(result.excessBytes)]);
    if (result.interimResponses > 0) facts.push(["interimResponses", String(result.interimResponses)]);
  }
  return facts;
}

function tlsFacts({ version, cipher, authorized, error }: TlsFacts): [string, string][] {
  return [
    ["tlsVersion", version],
    ["tlsCipher", cipher],
    ["tlsAuthorized", authorized ? "yes" : `no, ${error ?? "unknown"}`],
  ];
}

function memberOf(record: WrittenRecord): Buffer {
  return gzipMember(recordBytes(record), headLevel);
}

/** Bodies from this size on are packed piece by piece. */
const longBytes = 256 << 10;

/** Short buffers are parts of larger ones, which would all be kept until the archive is written: they are joined. */
function joined(members: readonly Buffer[]): Buffer {
  const whole = Buffer.allocUnsafeSlow(members.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const member of members) {
    at += member.copy(whole, at);
    freeWhole(member);
  }
  return whole;
}

function newId(): string {
  return `<urn:uuid:${randomUUID()}>`;
}
