/**
 * The contract of stores on blobs.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Claim, passing } from "./_claim.ts";

/** The claims on blobs. */
export const BLOBS: readonly Claim[] = [
  ["stores blobs by their content", async (open, encrypts) => {
    await using store = await open();
    const bytes = new Uint8Array(1_500_000).map((_, i) => i * 7);
    const hash = await store.putBlob(bytes);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    assert(encrypts || hash === digest.toHex());
    const expected = bytes.slice();
    bytes.fill(0);
    assertEquals(await store.getBlob(hash), expected);
    const view = expected.subarray(5, 10);
    const small = await store.putBlob(view);
    assertEquals(await store.getBlob(small), view.slice());
    assertEquals(await store.putBlob(view.slice()) === small, !encrypts);
    const empty = await store.putBlob(new Uint8Array());
    assertEquals(await store.getBlob(empty), new Uint8Array());
    assertEquals(await store.getBlob("0".repeat(64)), undefined);
    await assertRejects(() => store.putBlob("text" as unknown as Uint8Array), TypeError);
  }],
  ["lists blobs, and deletes those that are older than a time", async (open, encrypts) => {
    await using store = await open();
    const hashes: string[] = [];
    for (const byte of [1, 2, 3]) hashes.push(await store.putBlob(new Uint8Array([byte])));
    const listed = await store.listBlobs();
    assertEquals(listed.map(({ hash }) => hash), hashes.sort());
    assert(encrypts || listed.every(({ size }) => size === 1));
    const rest = await store.listBlobs({ after: hashes[0]!, limit: 1 });
    assertEquals(rest.map(({ hash }) => hash), [hashes[1]!]);
    assertEquals(await store.deleteBlobs(hashes, { before: listed[0]!.storedAt - 60_000 }), 0);
    assertEquals(await store.deleteBlobs([hashes[0]!, "f".repeat(64)]), 1);
    assertEquals((await store.listBlobs()).length, 2);
    if (encrypts) return;
    // A blob that is put again is young, and not collected with old ones.
    let { storedAt } = (await store.listBlobs()).find(({ hash }) => hash === hashes[1])!;
    const before = storedAt;
    while (storedAt === before) {
      await passing();
      await store.putBlob((await store.getBlob(hashes[1]!))!);
      ({ storedAt } = (await store.listBlobs()).find(({ hash }) => hash === hashes[1])!);
    }
    assertEquals(await store.deleteBlobs([hashes[1]!], { before: before + 1 }), 0);
  }],
];
