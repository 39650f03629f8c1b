import assert from "node:assert/strict";
import { test } from "node:test";

import * as all from "colophon";
import * as manifest from "colophon/manifest";
import * as page from "colophon/page";
import * as rights from "colophon/rights";
import * as warc from "colophon/warc";

test("the main path exports these functions and tables, no more and no less", () => {
  assert.deepEqual(Object.keys(all).toSorted(), [
    "PipelineError",
    "canonicalJson",
    "captureTypes",
    "consistencyProof",
    "decodedBody",
    "estimatedSimilarity",
    "evidenceKinds",
    "evidenceOf",
    "extractPage",
    "failures",
    "gzipMember",
    "headerOf",
    "httpHeadOf",
    "inclusionProof",
    "leafHash",
    "licenceAttributesOf",
    "licenceOf",
    "loadStages",
    "manifestRows",
    "manifestTexts",
    "measurementsOf",
    "merkleTree",
    "processCapture",
    "readArchive",
    "readManifest",
    "recordBytes",
    "recordUrn",
    "rules",
    "signalKinds",
    "signalsOf",
    "signatureOf",
    "textViewOf",
    "verifyConsistency",
    "verifyCorpusManifest",
    "verifyInclusion",
    "verifyManifest",
    "warcFieldsBlock",
  ]);
});

test("the sub-paths together export what the main path does, errors aside", () => {
  const { PipelineError: _, failures: __, ...rest } = all;
  assert.deepEqual({ ...warc, ...page, ...rights, ...manifest }, rest);
});

test("a file of the package cannot be imported by its own path", async () => {
  for (const path of ["dist/src/warc/read-archive.js", "dist/src/index.js", "src/index.ts", "door/warc", "core"]) {
    const name = `colophon/${path}`;
    await assert.rejects(import(name), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" }, name);
  }
});
