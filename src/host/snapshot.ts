/**
 * Snapshots as bytes: what a kernel has written, between a head that describes it and a digest.
 *
 * ```text
 * cave-agent-snapshot/2\n
 * {"names":[...],"lost":[...],"cell":3,"lengths":[38,812,67108864]}\n
 * <38 bytes: manifest><812 bytes: names><67108864 bytes: a buffer>
 * <SHA-256 of everything before it: 32 bytes>
 * ```
 *
 * The host reads the head only. What is between is read by a kernel; see `SnapshotManifest`.
 *
 * @module
 */

import type { LostName, NamespaceEntry, SnapshotReport } from "../rpc/protocol.ts";

/**
 * The namespace of a runtime, as bytes.
 *
 * @example Storing only what has changed
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { assert, assertEquals } from "@std/assert";
 * import { createHash } from "node:crypto";
 *
 * const stored = new Map<string, Uint8Array>();
 *
 * function store(parts: readonly Uint8Array[]): string[] {
 *   return parts.map((part) => {
 *     const hash = createHash("sha256").update(part).digest("hex");
 *     if (!stored.has(hash)) stored.set(hash, part.slice());
 *     return hash;
 *   });
 * }
 *
 * await using runtime = new DenoRuntime();
 * await runtime.execute(`const rows = Array.from({ length: 10_000 }, (_, id) => ({ id })); let n = 1`);
 * const first = store((await runtime.snapshot()).parts);
 * await runtime.execute(`n = 2`);
 * const { bytes, parts } = await runtime.snapshot();
 * const second = store(parts);
 *
 * const rows = second.find((hash) => stored.get(hash)!.length > 100_000);
 * assert(rows !== undefined && first.includes(rows));
 *
 * const joined = new Uint8Array(await new Blob(second.map((hash) => stored.get(hash)!.slice())).bytes());
 * assertEquals(joined, bytes);
 * await runtime.restore(joined);
 * ```
 */
export interface Snapshot {
  /** The bytes, for `restore` and the option `snapshot`, in this process or another one, on this machine or another one. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * Parts of `bytes`, which joined in this order are `bytes`. A large value is a part of its own, small ones share parts,
   * and each buffer is a part. A part with values that have not changed, and share objects only with values that have not
   * changed, has the same bytes as in an earlier snapshot. The first part and the last one change with any other part.
   */
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  /** The names that it contains. */
  readonly names: readonly NamespaceEntry[];
  /** The names that could not be kept, with the reason. */
  readonly lost: readonly LostName[];
}

/** A namespace as a kernel writes and reads it. */
export interface KernelSnapshot extends Readonly<SnapshotReport> {
  /** The manifest, parts with names, and the contents of buffers. */
  readonly parts: readonly Uint8Array[];
}

/** A snapshot in memory that a runtime can go back to. */
export interface Checkpoint extends KernelSnapshot {
  /** The number of the cell after which it was taken. */
  readonly cell: number;
}

interface SnapshotHead {
  readonly names: NamespaceEntry[];
  readonly lost: LostName[];
  readonly cell: number;
  /** Lengths of the parts in bytes. */
  readonly lengths: number[];
}

const NAME = "cave-agent-snapshot";
const VERSION = 2;

/** Upper bound for the length of the first line, in all versions. */
const MAX_FIRST_LINE_BYTES = 64;

const LINE_END = 10;

const DIGEST_BYTES = 32;

/**
 * Returns a checkpoint as bytes.
 *
 * @param checkpoint The checkpoint.
 */
export async function packSnapshot(checkpoint: Checkpoint): Promise<Snapshot> {
  const { names, lost, cell, parts } = checkpoint;
  const head: SnapshotHead = {
    names: [...names],
    lost: [...lost],
    cell,
    lengths: parts.map(({ byteLength }) => byteLength),
  };
  const text = new TextEncoder().encode(`${NAME}/${VERSION}\n${JSON.stringify(head)}\n`);
  const bytes = join([text, ...parts, new Uint8Array(DIGEST_BYTES)]);
  bytes.set(await digestOf(bytes.subarray(0, -DIGEST_BYTES)), bytes.length - DIGEST_BYTES);
  return {
    bytes,
    parts: split(bytes, [text.byteLength, ...head.lengths, DIGEST_BYTES]),
    names,
    lost,
  };
}

/**
 * Reads the bytes that {@linkcode packSnapshot} returns.
 *
 * @param bytes The bytes.
 * @throws {TypeError} If they are not a snapshot, damaged or incomplete.
 * @throws {RangeError} If the snapshot has another version.
 */
export async function unpackSnapshot(bytes: Uint8Array): Promise<Checkpoint> {
  if (!(bytes instanceof Uint8Array)) throw refusal("it is not a Uint8Array");
  const firstEnd = bytes.subarray(0, MAX_FIRST_LINE_BYTES).indexOf(LINE_END);
  const first = new TextDecoder().decode(bytes.subarray(0, Math.max(0, firstEnd)));
  const version = new RegExp(`^${NAME}/(\\d+)$`).exec(first)?.[1];
  if (version === undefined) {
    throw refusal(bytes.length === 0 ? "there are no bytes" : "the bytes are something else");
  }
  if (Number(version) !== VERSION) {
    throw new RangeError(
      `Cannot restore a snapshot: it has version ${version}, and this program reads version ${VERSION}`,
    );
  }
  const headEnd = bytes.indexOf(LINE_END, firstEnd + 1);
  if (headEnd < 0) throw refusal("its head is incomplete");
  const head = readHead(new TextDecoder().decode(bytes.subarray(firstEnd + 1, headEnd)));
  const length = head.lengths.reduce((sum, length) => sum + length, headEnd + 1 + DIGEST_BYTES);
  if (bytes.length !== length) throw refusal(`it has ${bytes.length} of ${length} bytes`);
  // A copy, which the caller cannot change while it is read.
  const own = bytes.slice();
  const digest = await digestOf(own.subarray(0, -DIGEST_BYTES));
  const sealed = own.subarray(-DIGEST_BYTES).every((byte, i) => byte === digest[i]);
  if (!sealed) throw refusal("its bytes were changed");
  const { names, lost, cell, lengths } = head;
  return { names, lost, cell, parts: split(own.subarray(headEnd + 1), lengths) };
}

function readHead(text: string): SnapshotHead {
  let head: unknown;
  try {
    head = JSON.parse(text);
  } catch (cause) {
    throw refusal("its head is damaged", { cause });
  }
  if (!isHead(head)) throw refusal("its head is damaged");
  return head;
}

function isHead(value: unknown): value is SnapshotHead {
  if (typeof value !== "object" || value === null) return false;
  const { names, lost, cell, lengths } = value as Record<string, unknown>;
  return isListOf(names, "type") && isListOf(lost, "reason") && Number.isSafeInteger(cell) &&
    Array.isArray(lengths) &&
    lengths.every((length) => Number.isSafeInteger(length) && length >= 0);
}

/** Whether a value is a list of names, each with a text. */
function isListOf(value: unknown, text: "type" | "reason"): boolean {
  return Array.isArray(value) &&
    value.every((entry) => typeof entry?.name === "string" && typeof entry[text] === "string");
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}

function split(
  body: Uint8Array<ArrayBuffer>,
  lengths: readonly number[],
): Uint8Array<ArrayBuffer>[] {
  let offset = 0;
  return lengths.map((length) => body.subarray(offset, offset += length));
}

function refusal(reason: string, options?: ErrorOptions): TypeError {
  return new TypeError(`Cannot restore a snapshot: ${reason}`, options);
}
