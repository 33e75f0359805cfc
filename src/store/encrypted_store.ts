/**
 * Encryption of what a store holds, before it leaves this process.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import type {
  BlobInfo,
  FollowOptions,
  JsonValue,
  ListOptions,
  LogEntry,
  LogPart,
  ReadOptions,
  Store,
  StoreChange,
  StoreRecord,
} from "./store.ts";
import { fromJson, toJson } from "./_json.ts";

/** Options of {@linkcode withEncryption}. */
export interface EncryptionOptions {
  /**
   * Keys for AES-GCM by their identifiers, which are stored beside what they encrypt. Old keys stay in the record as long as
   * something is encrypted with them.
   */
  readonly keys: Readonly<Record<string, CryptoKey>>;
  /** The identifier of the key for what is written from now on. */
  readonly current: string;
}

const OPTIONS: OptionNames<EncryptionOptions> = { keys: true, current: true };

/** Bytes of the initialization vector: the size that NIST SP 800-38D recommends for AES-GCM. */
const IV_BYTES = 12;

/** The name of the field that marks encrypted values. */
const MARK = "$encrypted";

/**
 * Returns a store that encrypts the values of records and logs, and blobs, with AES-GCM. Keys of records, names of logs,
 * versions and sizes stay readable. The hashes of blobs are those of the encrypted bytes, which differ each time, so that equal
 * blobs are stored as often as they are put. Change the key before it has encrypted 2^32 values, as NIST SP 800-38D demands.
 *
 * @param store The store that keeps what is encrypted.
 * @param options The keys.
 * @returns The store to use. Closing it closes the other one.
 * @throws {TypeError} If the current key is not one of the keys.
 *
 * @example A store whose file tells nothing
 * ```ts
 * import { MemoryStore, withEncryption } from "@cave/agent/store";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
 * const inner = new MemoryStore();
 * await using store = withEncryption(inner, { keys: { "2026": key }, current: "2026" });
 * await store.commit([{ kind: "set", key: "note", value: "a secret" }]);
 * assertEquals((await store.get("note"))?.value, "a secret");
 * assert(!JSON.stringify(await inner.get("note")).includes("secret"));
 * ```
 */
export function withEncryption(store: Store, options: EncryptionOptions): Store {
  checkOptions(options, { names: OPTIONS, task: "encrypt a store" });
  if (!Object.hasOwn(options.keys, options.current)) {
    throw new TypeError(
      `Cannot encrypt a store: there is no key ${JSON.stringify(options.current)}; the keys are ${
        Object.keys(options.keys).join(", ") || "none"
      }`,
    );
  }
  return new EncryptedStore(store, new Cipher(options));
}

class EncryptedStore implements Store {
  readonly #store: Store;
  readonly #cipher: Cipher;

  constructor(store: Store, cipher: Cipher) {
    this.#store = store;
    this.#cipher = cipher;
  }

  async get(key: string): Promise<StoreRecord | undefined> {
    const record = await this.#store.get(key);
    return record && await this.#opened(record);
  }

  async list(prefix: string, options?: ListOptions): Promise<StoreRecord[]> {
    const records = await this.#store.list(prefix, options);
    return await allOf(records.map((record) => this.#opened(record)));
  }

  async commit(changes: readonly StoreChange[]): Promise<number[]> {
    const sealed = await allOf(changes.map(async (change): Promise<StoreChange> => {
      if (change.kind === "set") {
        const { key, value } = change;
        return { ...change, value: await this.#cipher.seal(value, `record ${key}`) };
      }
      if (change.kind !== "append") return change;
      const { log, at, entries } = change;
      const seal = (value: JsonValue, i: number) =>
        this.#cipher.seal(value, `log ${log} ${at + i}`);
      return { ...change, entries: await allOf(entries.map(seal)) };
    }));
    return await this.#store.commit(sealed);
  }

  async read(log: string, options?: ReadOptions): Promise<LogPart> {
    const { entries, ended } = await this.#store.read(log, options);
    return { entries: await allOf(entries.map((entry) => this.#entry(log, entry))), ended };
  }

  async *follow(log: string, options?: FollowOptions): AsyncGenerator<LogEntry, void, void> {
    for await (const entry of this.#store.follow(log, options)) yield await this.#entry(log, entry);
  }

  async putBlob(bytes: Uint8Array): Promise<string> {
    return await this.#store.putBlob(await this.#cipher.sealBlob(bytes));
  }

  async getBlob(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const sealed = await this.#store.getBlob(hash);
    return sealed && await this.#cipher.openBlob(sealed, hash);
  }

  listBlobs(options?: ListOptions): Promise<BlobInfo[]> {
    return this.#store.listBlobs(options);
  }

  deleteBlobs(hashes: readonly string[], options?: { readonly before?: number }): Promise<number> {
    return this.#store.deleteBlobs(hashes, options);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #opened(record: StoreRecord): Promise<StoreRecord> {
    const value = await this.#cipher.open(record.value, `record ${record.key}`);
    return { ...record, value };
  }

  async #entry(log: string, { index, value }: LogEntry): Promise<LogEntry> {
    return { index, value: await this.#cipher.open(value, `log ${log} ${index}`) };
  }
}

/** Encrypts and decrypts. The place of a value is authenticated: a value that was moved elsewhere is refused. */
class Cipher {
  readonly #keys: ReadonlyMap<string, CryptoKey>;
  readonly #current: string;

  constructor({ keys, current }: EncryptionOptions) {
    this.#keys = new Map(Object.entries(keys));
    this.#current = current;
  }

  async seal(value: JsonValue, place: string): Promise<JsonValue> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const sealed = await this.#encrypt(encode(toJson(value, `the ${place}`)), { iv, place });
    return { [MARK]: [this.#current, iv.toBase64(), sealed.toBase64()] };
  }

  async open(value: JsonValue, place: string): Promise<JsonValue> {
    const parts = (value as { readonly [MARK]?: unknown } | null)?.[MARK];
    const isSealed = Array.isArray(parts) && parts.length === 3 &&
      parts.every((part) => typeof part === "string");
    if (!isSealed) throw new TypeError(`Cannot decrypt the ${place}: it is not encrypted`);
    const [id, iv, sealed] = parts as [string, string, string];
    const bytes = await this.#decrypt(Uint8Array.fromBase64(sealed), {
      id,
      iv: Uint8Array.fromBase64(iv),
      place,
    });
    return fromJson(new TextDecoder().decode(bytes), `the ${place}`);
  }

  async sealBlob(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const sealed = await this.#encrypt(bytes.slice(), { iv, place: "blob" });
    const id = encode(this.#current);
    const head = new Uint8Array([id.length, ...id, ...iv]);
    const result = new Uint8Array(head.length + sealed.length);
    result.set(head);
    result.set(sealed, head.length);
    return result;
  }

  async openBlob(
    bytes: Uint8Array<ArrayBuffer>,
    hash: string,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const end = 1 + bytes[0]!;
    const id = new TextDecoder().decode(bytes.subarray(1, end));
    const iv = bytes.slice(end, end + IV_BYTES);
    return await this.#decrypt(bytes.subarray(end + IV_BYTES), { id, iv, place: "blob", hash });
  }

  async #encrypt(
    bytes: Uint8Array<ArrayBuffer>,
    { iv, place }: { readonly iv: Uint8Array<ArrayBuffer>; readonly place: string },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const key = this.#keys.get(this.#current)!;
    const algorithm = { name: "AES-GCM", iv, additionalData: encode(place) };
    return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, bytes));
  }

  async #decrypt(
    bytes: Uint8Array<ArrayBuffer>,
    { id, iv, place, hash }: {
      readonly id: string;
      readonly iv: Uint8Array<ArrayBuffer>;
      readonly place: string;
      readonly hash?: string;
    },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const what = hash === undefined ? `the ${place}` : `the blob ${hash}`;
    const key = this.#keys.get(id);
    if (key === undefined) {
      throw new RangeError(
        `Cannot decrypt ${what}: there is no key ${JSON.stringify(id)}; the keys are ${
          [...this.#keys.keys()].join(", ")
        }`,
      );
    }
    try {
      const algorithm = { name: "AES-GCM", iv, additionalData: encode(place) };
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes));
    } catch (cause) {
      throw new TypeError(
        `Cannot decrypt ${what}: it was changed, or the key ${JSON.stringify(id)} is another one`,
        { cause },
      );
    }
  }
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Waits for all promises, also if one rejects: nothing goes on behind the error. */
async function allOf<T>(promises: Iterable<Promise<T>>): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
