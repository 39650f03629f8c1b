import assert from "node:assert/strict";
import { test } from "node:test";

import { addressFault, hostFault } from "../../src/fetch/address-rules.ts";

/** First and last address of each network, as its registry writes them, and whether staging may use it. */
const networks: readonly (readonly [first: string, last: string, isPrivate?: "private"])[] = [
  ["0.0.0.0", "0.255.255.255"],
  ["10.0.0.0", "10.255.255.255", "private"],
  ["100.64.0.0", "100.127.255.255", "private"],
  ["127.0.0.0", "127.255.255.255", "private"],
  ["169.254.0.0", "169.254.255.255"],
  ["172.16.0.0", "172.31.255.255", "private"],
  ["192.0.0.0", "192.0.0.255"],
  ["192.0.2.0", "192.0.2.255"],
  ["192.31.196.0", "192.31.196.255"],
  ["192.52.193.0", "192.52.193.255"],
  ["192.88.99.0", "192.88.99.255"],
  ["192.168.0.0", "192.168.255.255", "private"],
  ["192.175.48.0", "192.175.48.255"],
  ["198.18.0.0", "198.19.255.255"],
  ["198.51.100.0", "198.51.100.255"],
  ["203.0.113.0", "203.0.113.255"],
  ["224.0.0.0", "239.255.255.255"],
  ["240.0.0.0", "255.255.255.255"],
  ["168.63.129.16", "168.63.129.16"],
  ["100.100.100.200", "100.100.100.200"],
  ["::", "::"],
  ["::1", "::1", "private"],
  ["::2", "::ffff:ffff"],
  ["::ffff:0.0.0.0", "::ffff:255.255.255.255"],
  ["64:ff9b::", "64:ff9b::ffff:ffff"],
  ["64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
  ["100::", "100::ffff:ffff:ffff:ffff"],
  ["100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff"],
  ["2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"],
  ["3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private"],
  ["fd00:ec2::254", "fd00:ec2::254"],
  ["fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
];
for (const [first, last, isPrivate] of networks) {
  test(`${first} to ${last} is closed${isPrivate === undefined ? " even for staging" : ", and open for staging"}`, () => {
    for (const address of [first, last]) {
      assert.notEqual(addressFault(address, false), null, address);
      assert.equal(addressFault(address, true) === null, isPrivate === "private", address);
    }
  });
}

test("the addresses just outside of those networks, and public ones, are open", () => {
  const open =
    "1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 " +
    "172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 " +
    "223.255.255.255 168.63.129.15 168.63.129.17 8.8.8.8 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 2606:4700::1111 " +
    "100:0:0:2:: 3ffe:ffff:: 5eff:: 5f01:: 64:ff9a:: 64:ff9b:2:: 2a00:1450::1";
  for (const address of open.split(" ")) assert.equal(addressFault(address, false), null, address);
});

test("what is no address is closed, a zone does not hide one", () => {
  for (const text of ["", "example.test", "127.1", "1.2.3.4.5", "::g"])
    assert.notEqual(addressFault(text, true), null, text);
  assert.notEqual(addressFault("fe80::1%eth0", true), null);
});

test("names of this machine are open for staging only, names of clouds never", () => {
  for (const name of ["localhost", "LocalHost", "localhost.", "a.localhost", "a.b.localhost."]) {
    assert.notEqual(hostFault(name, false), null, name);
    assert.equal(hostFault(name, true), null, name);
  }
  for (const name of ["metadata.google.internal", "Metadata.Google.Internal."])
    assert.notEqual(hostFault(name, true), null);
  for (const name of ["example.test", "localhost.example.test", "notlocalhost"])
    assert.equal(hostFault(name, false), null);
});
