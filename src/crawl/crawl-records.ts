import { randomUUID } from "node:crypto";
import { sha1Base32 } from "../warc/digests.ts";
import { freeBytes } from "../warc/free-bytes.ts";
import { headerOf } from "../warc/http.ts";
import type { Fields } from "../warc/record.ts";
import { gzipMember, recordBytes, warcFieldsBlock, type WrittenRecord } from "../warc/write.ts";
import type { Exchanged, ExchangeResult, TlsFacts } from "./exchange-result.ts";
import type { Validators } from "./frontier.ts";

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
export function exchangeRecords({ url, result, earlier, facts }: ArchivedExchange): ExchangeRecords {
  const dateMs = result.timings.startMs;
  const common = { dateMs, url, ...(result.ip === null || result.ip === "" ? {} : { ip: result.ip }) };
  const members: Buffer[] = [];
  let recordId: string | null = null;
  let payloadDigest: string | null = null;
  let isRevisit = false;
  if (result.ok) {
    recordId = `<urn:uuid:${randomUUID()}>`;
    const notModified = result.status === 304 && earlier !== null;
    payloadDigest = notModified ? earlier.payloadDigest : sha1Base32(result.payload);
    isRevisit = notModified || (earlier?.payloadDigest === payloadDigest && result.truncated === null);
    const record = { ...common, id: recordId, contentType: "application/http; msgtype=response", payloadDigest };
    members.push(
      isRevisit && earlier !== null
        ? revisitMember(record, result, url, earlier, notModified)
        : responseMember(record, result),
    );
  }
  const about = recordId === null ? {} : { concurrentTo: [recordId] };
  if (result.requestHead.length > 0) {
    const contentType = "application/http; msgtype=request";
    members.push(
      memberOf({ ...common, ...about, type: "request", id: newId(), contentType, block: result.requestHead }),
    );
  }
  const block = warcFieldsBlock([...exchangeFacts(result), ...facts]);
  const contentType = "application/warc-fields";
  members.push(memberOf({ ...common, ...about, type: "metadata", id: newId(), contentType, block }));
  return { pieces: ownPieces(members), recordId, payloadDigest, isRevisit };
}

/** What opens an archive file. */
export function warcinfoMember(filename: string, dateMs: number, fields: Fields): Buffer {
  const block = warcFieldsBlock(fields);
  return memberOf({ type: "warcinfo", id: newId(), dateMs, filename, contentType: "application/warc-fields", block });
}

type ResponseHead = Omit<WrittenRecord, "type" | "block">;

function responseMember(record: ResponseHead, result: Exchanged): Buffer {
  const truncated = result.truncated === null ? {} : { truncated: result.truncated };
  const { responseHead: block, body: blockRest } = result;
  const bytes = recordBytes({ ...record, ...truncated, type: "response", block, blockRest });
  const member = gzipMember(bytes, isPacked(result) ? 0 : bodyLevel);
  freeBytes(bytes);
  return member;
}

/** Only the head is kept: the payload lies where the earlier visit put it. Source: WARC 1.1, 6.7. */
function revisitMember(
  record: ResponseHead,
  { responseHead: block }: Exchanged,
  url: string,
  { recordId: id, capturedAt: dateMs }: Validators,
  notModified: boolean,
): Buffer {
  const profile = notModified ? "server-not-modified" : "identical-payload-digest";
  return memberOf({ ...record, type: "revisit", profile, refersTo: { id, url, dateMs }, block });
}

/** Bodies that came packed are only stored: to pack them again takes time and gains nothing. */
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

/** From here on a buffer has its memory for itself. */
const largePiece = 64 << 10;

/** Short buffers are parts of larger ones, which would all be kept until the archive is written: those are joined. */
function ownPieces(members: readonly Buffer[]): Buffer[] {
  const large = members.filter(({ length }) => length >= largePiece);
  const small = members.filter(({ length }) => length < largePiece);
  const whole = Buffer.allocUnsafeSlow(small.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const member of small) {
    at += member.copy(whole, at);
    freeBytes(member);
  }
  return [...large, whole];
}

function newId(): string {
  return `<urn:uuid:${randomUUID()}>`;
}
