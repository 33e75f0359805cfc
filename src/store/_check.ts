/**
 * Checks on what stores are given, the same for all of them.
 *
 * @module
 */

import type { ListOptions, ReadOptions, StoreChange } from "./store.ts";
import { toJson } from "./_json.ts";

/** Maximum number of characters of a key: databases index no long ones. */
const MAX_KEY_CHARS = 512;

/** Maximum size of a value as JSON, in bytes: larger ones belong into blobs. */
const MAX_VALUE_BYTES = 16 * 1024 * 1024;

/** Maximum size of a commit, in bytes: databases hold it in memory. */
const MAX_COMMIT_BYTES = 64 * 1024 * 1024;

const MAX_CHANGES = 1_000;
const MAX_ENTRIES = 10_000;

/** Maximum size of a blob, in bytes. */
const MAX_BLOB_BYTES = 256 * 1024 * 1024;

const MAX_LIMIT = 10_000;
const DEFAULT_LIMIT = 1_000;

/** A checked change, with values as JSON. */
export type CheckedChange =
  | {
    readonly kind: "set";
    readonly key: string;
    readonly json: string;
    readonly ifVersion: number | undefined;
    readonly expiresInMs: number | undefined;
    readonly change: StoreChange;
  }
  | {
    readonly kind: "delete";
    readonly key: string;
    readonly ifVersion: number | undefined;
    readonly change: StoreChange;
  }
  | {
    readonly kind: "append";
    readonly log: string;
    readonly at: number;
    readonly jsons: readonly string[];
    readonly end: boolean;
    readonly change: StoreChange;
  }
  | { readonly kind: "deleteLog"; readonly log: string; readonly change: StoreChange };

/**
 * Checks a key.
 *
 * @param key The key.
 * @param what Its name in messages. @default "key"
 * @throws {TypeError} If it is no text of visible ASCII characters; {RangeError} if it is empty or too long.
 */
export function checkKey(key: string, what = "key"): string {
  if (typeof key !== "string" || !/^[\x21-\x7e]*$/.test(key)) {
    throw new TypeError(
      `Cannot use the ${what} ${
        quote(key)
      }: it must be visible ASCII characters; storeKey() encodes others`,
    );
  }
  if (key.length === 0 || key.length > MAX_KEY_CHARS) {
    throw new RangeError(
      `Cannot use a ${what} of ${key.length} characters: it has 1 to ${MAX_KEY_CHARS}`,
    );
  }
  return key;
}

/**
 * Checks a prefix, which may be empty.
 *
 * @param prefix The prefix.
 */
export function checkPrefix(prefix: string): string {
  return prefix === "" ? prefix : checkKey(prefix, "prefix");
}

/**
 * Checks a hash.
 *
 * @param hash The hash.
 * @throws {TypeError} If it is not 64 hexadecimal digits.
 */
export function checkHash(hash: string): string {
  if (typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new TypeError(`Cannot use the hash ${quote(hash)}: it is not 64 hexadecimal digits`);
}

/**
 * Checks the bytes of a blob.
 *
 * @param bytes The bytes.
 * @returns A view of them.
 */
export function checkBlob(bytes: Uint8Array): Uint8Array {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Cannot store a blob: it is ${quote(bytes)} and not a Uint8Array`);
  }
  if (bytes.byteLength > MAX_BLOB_BYTES) {
    throw new RangeError(
      `Cannot store a blob of ${bytes.byteLength} bytes: at most ${MAX_BLOB_BYTES} are possible`,
    );
  }
  return bytes;
}

/**
 * Checks the options of a list.
 *
 * @param options The options.
 * @returns The options with defaults.
 */
export function checkListOptions({ after, limit = DEFAULT_LIMIT }: ListOptions) {
  return {
    after: after === undefined ? "" : checkKey(after, "option `after`"),
    limit: checkWhole("limit", limit, { from: 1, to: MAX_LIMIT }),
  };
}

/**
 * Checks the options of a read.
 *
 * @param options The options.
 * @returns The options with defaults.
 */
export function checkReadOptions({ from = 0, limit = DEFAULT_LIMIT }: ReadOptions) {
  return {
    from: checkWhole("from", from, { from: 0, to: Number.MAX_SAFE_INTEGER }),
    limit: checkWhole("limit", limit, { from: 1, to: MAX_LIMIT }),
  };
}

/**
 * Checks the changes of a commit.
 *
 * @param changes The changes.
 * @returns The changes with values as JSON: copies.
 * @throws {TypeError} If one has another shape; {RangeError} if one is too large.
 */
export function checkChanges(changes: readonly StoreChange[]): CheckedChange[] {
  if (!Array.isArray(changes)) {
    throw new TypeError(`Cannot commit: the changes are ${quote(changes)} and not a list`);
  }
  if (changes.length > MAX_CHANGES) {
    throw new RangeError(`Cannot commit ${changes.length} changes: at most ${MAX_CHANGES} at once`);
  }
  const seen = new Set<string>();
  let size = 0;
  const checked = changes.map((change: StoreChange, i): CheckedChange => {
    const result = checkChange(change, i);
    const place = "log" in result ? `log ${result.log}` : `record ${result.key}`;
    if (seen.has(place)) throw new TypeError(`Cannot commit two changes of the ${place}`);
    seen.add(place);
    if (result.kind === "set") size += result.json.length;
    if (result.kind === "append") { for (const json of result.jsons) size += json.length; }
    return result;
  });
  if (size > MAX_COMMIT_BYTES) {
    throw new RangeError(
      `Cannot commit ${size} bytes: at most ${MAX_COMMIT_BYTES} at once; put large values into blobs`,
    );
  }
  return checked;
}

function checkChange(change: StoreChange, i: number): CheckedChange {
  switch (change?.kind) {
    case "set": {
      const key = checkKey(change.key);
      const { expiresInMs } = change;
      if (expiresInMs !== undefined && !(Number.isFinite(expiresInMs) && expiresInMs > 0)) {
        throw new RangeError(
          `Cannot set ${quote(key)}: expiresInMs ${expiresInMs} is no number above 0`,
        );
      }
      return {
        kind: "set",
        key,
        json: jsonOf(change.value, `the value of ${quote(key)}`),
        ifVersion: checkVersion(change),
        expiresInMs: expiresInMs === undefined ? undefined : Math.ceil(expiresInMs),
        change,
      };
    }
    case "delete":
      return { kind: "delete", key: checkKey(change.key), ifVersion: checkVersion(change), change };
    case "append": {
      const log = checkKey(change.log, "log");
      const { at, entries, end = false } = change;
      checkWhole("at", at, { from: 0, to: Number.MAX_SAFE_INTEGER });
      if (!Array.isArray(entries) || entries.length > MAX_ENTRIES) {
        throw new RangeError(
          `Cannot append to the log ${
            quote(log)
          }: entries must be a list of at most ${MAX_ENTRIES}`,
        );
      }
      const jsons = entries.map((value, j) => jsonOf(value, `entry ${j} of the log ${quote(log)}`));
      return { kind: "append", log, at, jsons, end: end === true, change };
    }
    case "deleteLog":
      return { kind: "deleteLog", log: checkKey(change.log, "log"), change };
    default:
      throw new TypeError(
        `Cannot commit change ${i}: its kind is ${
          quote((change as { kind?: unknown } | undefined)?.kind)
        } and not set, delete, append or deleteLog`,
      );
  }
}

function checkVersion({ ifVersion }: { readonly ifVersion?: number | undefined }) {
  return ifVersion === undefined
    ? undefined
    : checkWhole("ifVersion", ifVersion, { from: 0, to: Number.MAX_SAFE_INTEGER });
}

function jsonOf(value: unknown, what: string): string {
  const json = toJson(value, what);
  // A character has up to three bytes.
  if (json.length * 3 <= MAX_VALUE_BYTES) return json;
  const { length } = new TextEncoder().encode(json);
  if (length <= MAX_VALUE_BYTES) return json;
  throw new RangeError(
    `Cannot store ${what}: it has ${length} bytes of JSON, at most ${MAX_VALUE_BYTES} are possible`,
  );
}

function checkWhole(
  name: string,
  value: number,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  if (Number.isSafeInteger(value) && value >= from && value <= to) return value;
  throw new RangeError(
    `Cannot use ${name} ${quote(value)}: it must be a whole number from ${from} to ${to}`,
  );
}

/** Returns a value for a message, in a bounded length. */
function quote(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
