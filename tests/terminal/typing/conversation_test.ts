import { assertEquals, assertRejects } from "@std/assert";
import { converse, linesOf } from "../../../src/terminal/typing/conversation.ts";

function streamOf(...pieces: (string | number[])[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return ReadableStream.from(
    pieces.map((piece) =>
      typeof piece === "string" ? encoder.encode(piece) : new Uint8Array(piece)
    ),
  );
}

async function talk(...lines: string[]): Promise<string[]> {
  const log: string[] = [];
  await converse({
    lines: linesOf(streamOf(...lines.map((line) => `${line}\n`))),
    invite: () => void log.push(">"),
    answer: (question) => {
      log.push(question);
      return Promise.resolve();
    },
  });
  return log;
}

Deno.test("linesOf() gives lines, however they arrive", async () => {
  const table: [(string | number[])[], string[]][] = [
    [[], []],
    [["a\nb\n"], ["a", "b"]],
    [["a", "b\n", "\nc"], ["ab", "", "c"]],
    [["a\r\nb\r\n"], ["a", "b"]],
    [["a\r", "\nb"], ["a", "b"]],
    [[[0xc3], [0xa9, 0x0a]], ["é"]],
  ];
  for (const [pieces, lines] of table) {
    assertEquals(await Array.fromAsync(linesOf(streamOf(...pieces))), lines);
  }
});

Deno.test("converse() answers questions until there are no more", async () => {
  assertEquals(await talk(), [">"]);
  assertEquals(await talk("a", " b "), [">", "a", ">", "b", ">"]);
  assertEquals(await talk("", "  ", "a"), [">", ">", ">", "a", ">"]);
});

Deno.test("converse() ends on exit or quit", async () => {
  for (const word of ["exit", "quit", " exit "]) {
    assertEquals(await talk("a", word, "b"), [">", "a", ">"]);
  }
  assertEquals(await talk("exit now"), [">", "exit now", ">"]);
});

Deno.test("converse() asks for the next question only when the last one is answered", async () => {
  const answered = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let invitations = 0;
  const done = converse({
    lines: linesOf(streamOf("a\n")),
    invite: () => void invitations++,
    answer: () => {
      asked.resolve();
      return answered.promise;
    },
  });
  await asked.promise;
  assertEquals(invitations, 1);
  answered.resolve();
  await done;
  assertEquals(invitations, 2);
});

Deno.test("converse() rejects when an answer does", async () => {
  const answer = () => Promise.reject(new RangeError("Scripted"));
  const lines = linesOf(streamOf("a\nb\n"));
  await assertRejects(() => converse({ lines, invite: () => {}, answer }), RangeError, "Scripted");
});
