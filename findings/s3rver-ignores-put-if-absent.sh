#!/usr/bin/env bash
# s3rver 3.7.1 (npm), a local stand-in for S3, takes no notice of `If-None-Match: *` on PutObject: it answers 200 to
# every writer and keeps the last one's bytes. Amazon S3 (since August 2024), and versitygw, answer 412 to all but the
# first. A program that elects one of several writers by a conditional put sees each of them win.
#
# Seen with s3rver 3.7.1 and @aws-sdk/client-s3 3.1173.0 on Node 24.21.0, 2026-12-01:
#   first put 200, second put 200, the object holds "second"; of 20 puts at a time 20 succeed
# Fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund s3rver@3.7.1 @aws-sdk/client-s3@3.1173.0 >/dev/null
cat >probe.mjs <<'JS'
import S3rver from "s3rver";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory: "./data", configureBuckets: [{ name: "b" }] });
const { port } = await server.run();
const client = new S3Client({
  endpoint: `http://127.0.0.1:${port}`,
  forcePathStyle: true,
  region: "us-east-1",
  credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
});
const put = async (Key, Body) => {
  const command = new PutObjectCommand({ Bucket: "b", Key, Body, IfNoneMatch: "*" });
  return client.send(command).then(({ $metadata }) => $metadata.httpStatusCode, ({ $metadata }) => $metadata?.httpStatusCode);
};
console.log("first put", await put("one", "first"), "second put", await put("one", "second"));
const { Body } = await client.send(new GetObjectCommand({ Bucket: "b", Key: "one" }));
console.log("the object holds", await Body.transformToString());
const many = await Promise.all(Array.from({ length: 20 }, (_, n) => put("many", String(n))));
console.log("of 20 puts at a time", many.filter((status) => status === 200).length, "succeed");
await server.close();
JS
node probe.mjs 2>/dev/null | tee seen
diff seen - <<'SEEN'
first put 200 second put 200
the object holds second
of 20 puts at a time 20 succeed
SEEN
echo "as stated"
