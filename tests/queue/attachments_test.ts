/** Images and files of questions to workers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ModelAttachment } from "../../src/model/model.ts";
import { collectBlobs } from "../../src/session/manage_sessions.ts";
import { openSession } from "../../src/session/open_session.ts";
import { until } from "../until.ts";
import { fleet } from "./setup.ts";

const PNG = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 1, 2, 3]);
const IMAGE: ModelAttachment = { mediaType: "image/png", bytes: PNG, name: "red.png" };

Deno.test("a worker asks with the images of a question, also if it waits and blobs are collected", async () => {
  await using all = fleet(["I see it", "Again"]);
  const client = all.client();
  const run = await client.prompt("Look", { attachments: [IMAGE] });
  assertEquals(await collectBlobs(all.store, { olderThanMs: -1_000 }), 0);
  // Taken from the mailbox, the question waits in the record.
  const session = await openSession("s", { store: all.store, agent: () => Promise.reject() });
  await session.receive();
  await session.close();
  assertEquals(await collectBlobs(all.store, { olderThanMs: -1_000 }), 0);
  all.worker();
  assertEquals((await run.result).content, "I see it");
  assertEquals((await (await client.prompt("And now?")).result).content, "Again");
  const sent = all.server.requests.map(({ body }) => JSON.stringify(body).includes(PNG.toBase64()));
  assertEquals([sent, all.errors], [[true, true], []]);
});

Deno.test("a run ends as failed if the blob of its image is gone", async () => {
  await using all = fleet(["never"]);
  const client = all.client();
  const run = await client.prompt("Look", { attachments: [IMAGE] });
  const [blob] = await all.store.listBlobs();
  await all.store.deleteBlobs([blob!.hash]);
  all.worker();
  const error = await assertRejects(() => run.result) as Error;
  assert(/failed: Cannot load the attachment "red.png"/.test(error.message), error.message);
  await until(async () => await all.queue.get("s") === undefined);
  assertEquals(all.server.requests, []);
});

Deno.test("SessionClient refuses attachments that are malformed, too many or too large", async () => {
  await using all = fleet([]);
  const client = all.client();
  const large = { mediaType: "text/plain", bytes: new Uint8Array(20 * 1024 * 1024) };
  const cases: [unknown, typeof TypeError | typeof RangeError, string][] = [
    ["red.png", TypeError, "not a list"],
    [[{ ...IMAGE, mediaType: "png" }], TypeError, "media type"],
    [[{ ...IMAGE, bytes: "abc" }], TypeError, "no bytes"],
    [[{ ...IMAGE, bytes: new Uint8Array(20 * 1024 * 1024 + 1) }], RangeError, "at most"],
    [[large, large, large, large], RangeError, "83886080 bytes, at most 67108864"],
    [Array(101).fill(IMAGE), RangeError, "101 attachments"],
  ];
  for (const [attachments, type, message] of cases) {
    await assertRejects(
      () => client.prompt("Look", { attachments } as never),
      type,
      message,
    );
  }
  assertEquals([await all.store.list(""), await all.store.listBlobs()], [[], []]);
});
