/** Files that a history refers to, in another process. */

import { assertEquals, assertMatch } from "@std/assert";
import { ask, cell, historyOf, world } from "./setup.ts";

const PNG = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 1, 2, 3]);

Deno.test("a session keeps the images of its questions, and sends them again from another process", async () => {
  await using all = world(["I see it", "Still red"]);
  const session = await all.open();
  const attachments = [{ mediaType: "image/png", bytes: PNG, name: "red.png" }];
  await (await session.prompt("Look", { attachments })).result;
  await session.close();
  const next = await all.open();
  assertEquals(next.messages[0]!.message.attachments?.map(({ name }) => name), ["red.png"]);
  await ask(next, "Which colour?");
  const sent = all.server.requests.map(({ body }) => JSON.stringify(body).includes(PNG.toBase64()));
  assertEquals(sent, [true, true]);
  const fork = await all.open(await next.fork());
  await ask(fork, "And here?").catch(() => {});
  assertEquals(JSON.stringify(all.server.requests.at(-1)!.body).includes(PNG.toBase64()), true);
});

Deno.test("a session keeps long outputs, and cells of another process read them by name", async () => {
  await using all = world([
    cell(`console.log(Array.from({ length: 5_000 }, (_, i) => "line " + i).join("\\n"))`),
    "long",
    cell(
      `const text = await readArtifact("output-1"); text.split("\\n").find((line) => line.includes("2500"))`,
    ),
    "found",
  ]);
  const session = await all.open();
  await ask(session, "Print");
  assertMatch(historyOf(session)[2]!, /readArtifact\("output-1"\)/);
  await session.close();
  const next = await all.open();
  await ask(next, "Find");
  assertMatch(historyOf(next).at(-2)!, /line 2500/);
});
