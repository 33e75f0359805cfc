/** Addresses of the web that tools may fetch. */

import { isPrivateAddress } from "./_addresses.ts";

/** The addresses that can be fetched. */
export interface AllowList {
  /** Checks an address before it is fetched, be it asked for or redirected to. */
  readonly check: (url: string) => URL;
}

/** A pattern: a host, `*.` and a host, or `*`; with a port if it is not the one of the protocol. */
const PATTERN = /^(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i;

/**
 * Reads a list of hosts.
 *
 * @param hosts The hosts.
 * @param options Whether addresses that are not public are allowed.
 * @throws {TypeError} If one is no host.
 */
export function allowList(
  hosts: readonly string[],
  { allowPrivate }: { readonly allowPrivate: boolean },
): AllowList {
  const patterns = hosts.map((host) => {
    const found = PATTERN.exec(host);
    if (found === null) {
      throw new TypeError(
        `Cannot make tools for the web: ${
          JSON.stringify(host)
        } is no host; write "example.com", "*.example.com", "example.com:8080" or "*"`,
      );
    }
    return { host: found[1]!.toLowerCase(), port: found[2] ?? "" };
  });
  return {
    check(text) {
      const what = `Cannot fetch ${JSON.stringify(text.slice(0, 200))}`;
      if (!URL.canParse(text)) throw new TypeError(`${what}: it is no address`);
      const url = new URL(text);
      if (url.protocol !== "https:" && url.protocol !== "http:") {
        throw new TypeError(`${what}: only http and https can be fetched`);
      }
      if (url.username !== "" || url.password !== "") {
        throw new TypeError(`${what}: it has a name or a password`);
      }
      const name = url.hostname.replace(/\.$/, "").toLowerCase();
      const isAllowed = patterns.some(({ host, port }) =>
        port === url.port && (host === "*" || host === name ||
          host.startsWith("*.") && name.endsWith(host.slice(1)))
      );
      if (!isAllowed) {
        throw new RangeError(`${what}: the host allows ${hosts.join(", ") || "no address at all"}`);
      }
      const isNumeric = /^[\d.]+$/.test(name) || name.startsWith("[");
      if (isNumeric && !allowPrivate && isPrivateAddress(name)) {
        throw new RangeError(`${what}: the address is not public`);
      }
      return url;
    },
  };
}
