/** Addresses of the network that are not public. */

import { BlockList, isIP } from "node:net";

const PRIVATE = new BlockList();

const SUBNETS: readonly [address: string, bits: number][] = [
  ...[["0.0.0.0", 8], ["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8]] as [string, number][],
  ...[["169.254.0.0", 16], ["172.16.0.0", 12], ["192.0.0.0", 24]] as [string, number][],
  ...[["192.0.2.0", 24], ["192.88.99.0", 24], ["192.168.0.0", 16]] as [string, number][],
  ...[["198.18.0.0", 15], ["198.51.100.0", 24], ["203.0.113.0", 24]] as [string, number][],
  ...[["224.0.0.0", 4], ["240.0.0.0", 4]] as [string, number][],
];

for (const [address, bits] of SUBNETS) PRIVATE.addSubnet(address, bits, "ipv4");

/**
 * Returns whether an address is not public: of this machine, of a local network, reserved, or none at all.
 *
 * @param address An address of version 4 or 6.
 */
export function isPrivateAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  switch (isIP(bare)) {
    case 4:
      return PRIVATE.check(bare, "ipv4");
    case 6:
      return isPrivate6(groupsOf(bare));
    default:
      return true;
  }
}

/** Only 2000::/3 is public, without what stands for an address of version 4 or is for documentation. */
function isPrivate6(groups: readonly number[]): boolean {
  const [first = 0, second = 0] = groups;
  const inner = (at: number) => {
    const [high, low] = [groups[at]!, groups[at + 1]!];
    return isPrivateAddress([high >> 8, high & 255, low >> 8, low & 255].join("."));
  };
  // 6to4 has an address of version 4 behind its prefix, NAT64 at its end.
  if (first === 0x2002) return inner(1);
  if (first === 0x64 && second === 0xff9b) return inner(6);
  if (first === 0x2001 && (second === 0 || second === 0xdb8 || second < 0x200)) return true;
  return (first & 0xe000) !== 0x2000;
}

/** Returns the eight groups of an address. */
function groupsOf(address: string): number[] {
  // An address of version 4 at the end stands for two groups.
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number);
    return `${(a! * 256 + b!).toString(16)}:${(c! * 256 + d!).toString(16)}`;
  });
  const [head = "", tail] = text.split("::");
  const numbers = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const before = numbers(head);
  if (tail === undefined) return before;
  const after = numbers(tail);
  return [...before, ...Array(8 - before.length - after.length).fill(0), ...after];
}
