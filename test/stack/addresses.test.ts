import { describe, expect, test } from "vitest";
import { whyNoHost } from "../../src/stack/address-kinds.ts";
import { bytesOf, isAddress, isNetwork, readAddress, readNetwork, subnet } from "../../src/stack/addresses.ts";
import { routerId } from "../../src/stack/build.ts";

function address(text: string) {
  const read = readAddress(text);
  if (!isAddress(read)) throw new Error(read.join(" "));
  return read;
}

const GIVE = "Give an IPv4 or IPv6 address such as 10.0.0.30.";

describe("readAddress", () => {
  test.each([
    ["10.0.0.11", "10.0.0.11"],
    ["255.255.255.255", "255.255.255.255"],
    ["fd00::1", "fd00::1"],
    ["FD00:0:0:0000::0001", "fd00::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["::", "::"],
    ["1::", "1::"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ])("writes %s as %s", (text, expected) => {
    expect(address(text).text).toBe(expected);
  });

  test.each([
    ["10.0.0.300", "10.0.0.300 is not an address: 300 is more than 255.", GIVE],
    ["web1.example", "web1.example is not an address: it is a name.", GIVE],
    ["localhost", "localhost is not an address: it is a name.", GIVE],
    ["10.0.0.11/24", "10.0.0.11/24 is not an address: it has a prefix length (/24) attached.", "Give 10.0.0.11 alone."],
    ["fd00::1/64", "fd00::1/64 is not an address: it has a prefix length (/64) attached.", "Give fd00::1 alone."],
    ["10.0.0.11:22", "10.0.0.11:22 is not an address: it has a port (:22) attached.", "Give 10.0.0.11 alone."],
    ["[fd00::1]:22", "[fd00::1]:22 is not an address: it stands in brackets.", "Give fd00::1 alone."],
    ["fd00::1%eth0", "fd00::1%eth0 is not an address: it names an interface (%).", "Give fd00::1 alone."],
    [" 10.0.0.11", '" 10.0.0.11" is not an address: it begins or ends with a blank.', "Give 10.0.0.11 alone."],
    ["10.0.11", "10.0.11 is not an address: it has 3 numbers instead of 4.", GIVE],
    ["11", "11 is not an address: it has 1 number instead of 4.", GIVE],
    ["10..0.11", "10..0.11 is not an address: a number is missing between its dots.", GIVE],
    ["10.0.0.011", "10.0.0.011 is not an address: 011 begins with a zero.", GIVE],
    ["fd00::12345", "fd00::12345 is not an address: 12345 has more than 4 digits.", GIVE],
    ["fd00::1::2", "fd00::1::2 is not an address: it has :: more than once.", GIVE],
    ["fd00:1:2:3:4:5:6", "fd00:1:2:3:4:5:6 is not an address: it has 7 groups instead of 8.", GIVE],
    ["1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7:8:: is not an address: it has too many groups.", GIVE],
    ["10.0.0.1 1", "10.0.0.1 1 is not an address: it has signs that no address has.", GIVE],
    ["\u001b[31m", '"\\u001b[31m" is not an address: it has signs that no address has.', GIVE],
  ])("refuses %j", (text, ...refusal) => {
    expect(readAddress(text)).toEqual(refusal);
  });
});

test.each([
  ["0.0.0.0", "stands for no machine at all"],
  ["127.0.0.1", "is a loopback address: each machine is that to itself"],
  ["127.255.255.254", "is a loopback address: each machine is that to itself"],
  ["128.0.0.1", undefined],
  ["223.255.255.255", undefined],
  ["224.0.0.18", "is a multicast address"],
  ["239.255.255.255", "is a multicast address"],
  ["255.255.255.255", "is a broadcast or reserved address"],
  ["192.0.2.11", undefined],
  ["::", "stands for no machine at all"],
  ["::1", "is a loopback address: each machine is that to itself"],
  ["0:0::1", "is a loopback address: each machine is that to itself"],
  ["::ffff:10.0.0.11", "is an IPv4 address in IPv6 spelling"],
  ["fe80::1", "is a link-local address: it means nothing without an interface"],
  ["febf::1", "is a link-local address: it means nothing without an interface"],
  ["fec0::1", undefined],
  ["ff02::1", "is a multicast address"],
  ["fd00::1", undefined],
])("whyNoHost(%s)", (text, expected) => {
  expect(whyNoHost(address(text))).toBe(expected);
});

test.each([
  ["10.0.0.77", 24, "10.0.0.0/24"],
  ["10.0.0.77", 26, "10.0.0.64/26"],
  ["10.0.0.77", 32, "10.0.0.77/32"],
  ["10.0.0.77", 0, "0.0.0.0/0"],
  ["fd00:1:2:3::77", 64, "fd00:1:2:3::/64"],
  ["fd00::ff", 124, "fd00::f0/124"],
])("subnet(%s, %i)", (text, prefix, expected) => {
  expect(subnet(address(text), prefix).text).toBe(expected);
});

describe("readNetwork", () => {
  test.each([
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["10.0.0.5/32", "10.0.0.5/32"],
    ["FD00:0::/8", "fd00::/8"],
  ])("reads %s", (text, expected) => {
    const network = readNetwork(text);
    expect(isNetwork(network) && network.text).toBe(expected);
  });

  test.each([
    ["10.0.0.0/33", "/33 is longer than an IPv4 address.", "Give a prefix length from 0 to 32."],
    ["fd00::/129", "/129 is longer than an IPv6 address.", "Give a prefix length from 0 to 128."],
    ["10.0.0.1/8", "10.0.0.1/8 is an address within a network.", "Give the network, 10.0.0.0/8, or 10.0.0.1/32."],
    ["10.0.0.1", "10.0.0.1 has no prefix length.", "Give a network such as 10.0.0.0/8; one address is 10.0.0.1/32."],
    ["10.0.0.0/x", "10.0.0.0/x has no prefix length that is a number.", "Give a network such as 10.0.0.0/32."],
    ["10.0.0.0/08", "10.0.0.0/08 has no prefix length that is a number.", "Give a network such as 10.0.0.0/32."],
    ["10.0.0.0/8/8", "10.0.0.0/8/8 has no prefix length that is a number.", "Give a network such as 10.0.0.0/32."],
    ["office", "office is not the address of a network: it is a name.", "Give one such as 10.0.0.0/8."],
  ])("refuses %s", (text, ...refusal) => {
    expect(readNetwork(text)).toEqual(refusal);
  });
});

test("bytesOf gives the highest byte first", () => {
  expect(bytesOf(address("10.20.30.40"))).toEqual([10, 20, 30, 40]);
  expect(bytesOf(address("fd00::1:2"))).toEqual([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2]);
});

test.each([
  ["10.77.5.100", 100],
  ["10.77.5.255", 255],
  ["10.1.4.0", 10 ^ 1 ^ 4],
  ["1.1.0.0", 1],
  ["fd00::100", 0xfd ^ 0x01],
  ["fd00::fd", 1],
  ["2001:db8::64", 0x20 ^ 0x01 ^ 0x0d ^ 0xb8 ^ 0x64],
])("the router id of %s is %i", (text, expected) => {
  expect(routerId(address(text))).toBe(expected);
});
