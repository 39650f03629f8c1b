#!/usr/bin/env bash
# structured-headers 2.1.0 (npm) reads an RFC 9651 Date only where it is the last thing in the text. A Date that is
# followed by anything the grammar allows after it - a comma and the next member, a parameter, trailing spaces - makes the
# whole field a ParseError "Expected a digit (0-9), whitespace or EOL". By RFC 9651, sections 3.1, 3.2, 3.3.7 and 4.2,
# all of these are valid. A program that drops a field it cannot parse, as the RFC asks, thus loses every other
# member of the dictionary too.
#
# Seen with structured-headers 2.1.0 on Node 20.20.2 and 24.21.0, 2026-12-01:
#   at=@1659578233            a date
#   a=1, at=@1659578233       a date
#   at=@1659578233, a=1       ParseError at offset 15
#   at=@1659578233;x=1        ParseError at offset 15
# Fails when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund structured-headers@2.1.0 >/dev/null
cat >probe.mjs <<'JS'
import { parseDictionary } from "structured-headers";
const outcome = (text) => {
  try {
    return parseDictionary(text).get("at")[0].toISOString();
  } catch (error) {
    return `${error.constructor.name} ${error.message}`;
  }
};
for (const text of ["at=@1659578233", "a=1, at=@1659578233", "at=@1659578233, a=1", "at=@1659578233;x=1"])
  console.log(`${text.padEnd(20)} -> ${outcome(text)}`);
JS
node probe.mjs | tee seen
diff seen - <<'SEEN'
at=@1659578233       -> 2022-08-04T01:57:13.000Z
a=1, at=@1659578233  -> 2022-08-04T01:57:13.000Z
at=@1659578233, a=1  -> ParseError Parse error: Expected a digit (0-9), whitespace or EOL at offset 15
at=@1659578233;x=1   -> ParseError Parse error: Expected a digit (0-9), whitespace or EOL at offset 15
SEEN
echo "as stated"
