/** `colophon/warc`: records of WARC and ARC files, read and written, and the HTTP responses in them. */
export { archiveItems as readArchive, type ArchiveInput } from "../warc/archive-items.ts";
export type { ReadOptions } from "../warc/read-archive.ts";
export type { ArchiveItem, ArchiveLoss, ArchiveProblem, ArchiveRecord, Fields, SliceSpan } from "../warc/record.ts";
export { decodedBody, headerOf, httpHeadOf } from "../warc/http.ts";
export type { DecodedBody, HttpHead, HttpHeadFault } from "../warc/http.ts";
export { gzipMember, recordBytes, recordUrn, warcFieldsBlock } from "../warc/write.ts";
export type { WrittenRecord, WrittenType } from "../warc/write.ts";
