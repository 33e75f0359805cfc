import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  DEFAULT_MAX_FRAME_BYTES,
  encodeFrame,
  type Frame,
  FrameError,
  FrameReader,
} from "../../../src/rpc/wire/frame.ts";
import { concat, frameBytes, Pipe } from "../_linked_pair.ts";

const TEXT = `{"a":"ä€😀"}`;
const FRAME: Frame = { text: TEXT, attachments: [bytes(1, 2, 3), bytes(), bytes(13, 10, 13, 10)] };

function bytes(...values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values);
}

function encoded(frame: Frame): Uint8Array<ArrayBuffer> {
  return concat(encodeFrame(frame, DEFAULT_MAX_FRAME_BYTES));
}

/** Reads all frames from a pipe with these pieces. */
async function readAll(pieces: Uint8Array[], chunkBytes?: number): Promise<Frame[]> {
  const pipe = new Pipe();
  const reader = new FrameReader(pipe.source(chunkBytes));
  const frames: Frame[] = [];
  const reading = (async () => {
    for (let frame = await reader.read(); frame !== null; frame = await reader.read()) {
      frames.push(frame);
    }
  })();
  for (const piece of pieces) {
    pipe.write(piece);
    // Lets the reader take this piece before the next one arrives.
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
  pipe.end();
  await reading;
  return frames;
}

Deno.test("encodeFrame() writes header, body and attachments as the format says", () => {
  assertEquals(encoded(FRAME), concat([frameBytes(TEXT, FRAME.attachments)]));
});

Deno.test("encodeFrame() makes one chunk of a small message and passes attachments on uncopied", () => {
  const attachment = new Uint8Array(100);
  assertEquals(encodeFrame({ text: "{}", attachments: [] }, 1_000).length, 1);
  const chunks = encodeFrame({ text: "{}", attachments: [attachment, bytes()] }, 1_000);
  assertEquals(chunks.length, 2);
  assertStrictEquals(chunks[1], attachment);
});

const OVERSIZE: [what: string, frame: Frame, limit: number][] = [
  ["the text is too long", { text: "x".repeat(101), attachments: [] }, 100],
  ["the text is too long only as UTF-8", { text: "€".repeat(50), attachments: [] }, 120],
  ["an attachment is too long", { text: "{}", attachments: [new Uint8Array(101)] }, 100],
  ["only the header makes it too long", { text: "x".repeat(100), attachments: [] }, 110],
  ["the header has no room for all lengths", {
    text: "{}",
    attachments: Array.from({ length: 600_000 }, () => bytes()),
  }, DEFAULT_MAX_FRAME_BYTES],
];

for (const [what, frame, limit] of OVERSIZE) {
  Deno.test(`encodeFrame() throws a RangeError when ${what}`, () => {
    assertThrows(() => encodeFrame(frame, limit), RangeError, "Cannot send a frame");
  });
}

Deno.test("encodeFrame() accepts a frame of exactly maxFrameBytes, and so does FrameReader", async () => {
  const size = encoded(FRAME).byteLength;
  assertEquals(concat(encodeFrame(FRAME, size)).byteLength, size);
  assertThrows(() => encodeFrame(FRAME, size - 1), RangeError);
  const pipe = new Pipe();
  pipe.write(encoded(FRAME));
  assertEquals((await new FrameReader(pipe.source(), size).read())?.text, TEXT);
});

Deno.test("FrameReader.read() gives the frame when it is split in two at any byte", async () => {
  const whole = encoded(FRAME);
  for (let at = 1; at < whole.byteLength; at++) {
    assertEquals(await readAll([whole.subarray(0, at), whole.subarray(at)]), [FRAME], `at ${at}`);
  }
});

Deno.test("FrameReader.read() gives frames in order for every size of chunk", async () => {
  const frames = [FRAME, { text: "{}", attachments: [] }, { text: "[1]", attachments: [bytes()] }];
  const stream = concat(frames.map(encoded));
  for (let size = 1; size <= stream.byteLength; size++) {
    assertEquals(await readAll([stream], size), frames, `chunks of ${size}`);
  }
});

Deno.test("FrameReader.read() gives an empty body", async () => {
  assertEquals(await readAll([encoded({ text: "", attachments: [] })]), [{
    text: "",
    attachments: [],
  }]);
});

Deno.test("FrameReader.read() gives attachments memory of their own", async () => {
  const [first, second] = await readAll([concat([encoded(FRAME), encoded(FRAME)])]);
  const buffers = [...first!.attachments, ...second!.attachments].map(({ buffer }) => buffer);
  assertEquals(new Set(buffers).size, 6);
  for (const [i, { byteLength }] of buffers.entries()) {
    assertEquals(byteLength, FRAME.attachments[i % 3]!.byteLength);
  }
});

Deno.test("FrameReader.read() reads large parts straight into their own memory", async () => {
  const large = new Uint8Array(20_000_000).fill(7);
  const pipe = new Pipe();
  pipe.write(encoded({ text: TEXT, attachments: [large] }));
  const frame = await new FrameReader(pipe.source()).read();
  assertEquals(frame!.attachments[0]!.byteLength, large.byteLength);
  assert(frame!.attachments[0]!.every((byte) => byte === 7));
  // One read finds the header, one reads all of the rest.
  assertEquals(pipe.reads.length, 2);
});

Deno.test("FrameReader.read() reads a large body in as many reads as there are chunks", async () => {
  const text = JSON.stringify("x".repeat(2_000_000));
  const pipe = new Pipe();
  pipe.write(encoded({ text, attachments: [] }));
  assertEquals((await new FrameReader(pipe.source(1_000)).read())?.text, text);
  assertEquals(pipe.reads.length, Math.ceil(encoded({ text, attachments: [] }).byteLength / 1_000));
});

const BAD_HEADERS: [what: string, header: string][] = [
  ["there is no Content-Length", "Attachment-Lengths: 1"],
  ["the header is empty", ""],
  ["a line has no colon", "Content-Length 2"],
  ["a field is unknown", "Content-Length: 2\r\nX-Other: 1"],
  ["Content-Length stands twice", "Content-Length: 2\r\nContent-Length: 2"],
  [
    "Attachment-Lengths stands twice",
    "Content-Length: 2\r\nAttachment-Lengths: 1\r\n" +
    "Attachment-Lengths: 1",
  ],
  ["a length is empty", "Content-Length: "],
  ["a length is negative", "Content-Length: -1"],
  ["a length is a fraction", "Content-Length: 1.5"],
  ["a length is hexadecimal", "Content-Length: 0x10"],
  ["a length has an exponent", "Content-Length: 1e3"],
  ["a length is a word", "Content-Length: two"],
  ["a length has more digits than are exact", "Content-Length: 1000000000000000"],
  ["there are no attachment lengths", "Content-Length: 2\r\nAttachment-Lengths: "],
  ["an attachment length is missing", "Content-Length: 2\r\nAttachment-Lengths: 1,,2"],
  ["an attachment length is no number", "Content-Length: 2\r\nAttachment-Lengths: 1;2"],
  ["somebody prints into the stream", "hello world\nContent-Length: 2"],
  ["line ends are bare", "Content-Length: 2\n\n{}"],
];

for (const [what, header] of BAD_HEADERS) {
  Deno.test(`FrameReader.read() throws a FrameError when ${what}`, async () => {
    const pipe = new Pipe();
    pipe.write(`${header}\r\n\r\n{}`);
    pipe.end();
    const reader = new FrameReader(pipe.source());
    await assertRejects(() => reader.read(), FrameError, "Cannot read a frame");
  });
}

Deno.test("FrameReader.read() reads field names in any case, with any space before the value", async () => {
  const pipe = new Pipe();
  pipe.write("content-length:2\r\nATTACHMENT-LENGTHS:   1,0\r\n\r\n{}x");
  const frame = await new FrameReader(pipe.source()).read();
  assertEquals(frame, { text: "{}", attachments: [bytes(120), bytes()] });
});

Deno.test("FrameReader.read() throws a FrameError when a header does not end", async () => {
  const pipe = new Pipe();
  const reader = new FrameReader(pipe.source());
  pipe.write(new Uint8Array(1_200_000).fill(65));
  await assertRejects(() => reader.read(), FrameError, "no end of its header");
});

Deno.test("FrameReader.read() quotes only the beginning of a malformed header", async () => {
  const pipe = new Pipe();
  pipe.write(`Content-Length: ${"9".repeat(500_000)}\r\n\r\n`);
  const reader = new FrameReader(pipe.source());
  const error = await assertRejects(() => reader.read(), FrameError);
  assert(error.message.length < 200);
});

Deno.test("FrameReader.read() throws a FrameError when the body is not UTF-8", async () => {
  for (const body of [bytes(0xff), bytes(0xc3), bytes(0xed, 0xa0, 0x80), bytes(0xc0, 0x80)]) {
    const pipe = new Pipe();
    pipe.write(concat([new TextEncoder().encode(`Content-Length: ${body.length}\r\n\r\n`), body]));
    const reader = new FrameReader(pipe.source());
    await assertRejects(() => reader.read(), FrameError, "not UTF-8");
  }
});

Deno.test("FrameReader.read() accepts a replacement character that the sender meant", async () => {
  const frame = { text: '"\ufffd é 日本 🎉"', attachments: [] };
  assertEquals(await readAll([encoded(frame)]), [frame]);
});

Deno.test("FrameReader.read() refuses a frame that is too large before it is there", async () => {
  for (
    const header of ["Content-Length: 900", "Content-Length: 2\r\nAttachment-Lengths: 500,500"]
  ) {
    const pipe = new Pipe();
    pipe.write(`${header}\r\n\r\n`);
    const reader = new FrameReader(pipe.source(), 900);
    await assertRejects(() => reader.read(), FrameError, "maxFrameBytes is 900");
  }
});

Deno.test("FrameReader.read() throws a FrameError when the stream ends inside a frame", async () => {
  const whole = encoded({ text: "{}", attachments: [bytes(1, 2), bytes(3)] });
  const headerEnd = whole.byteLength - 5;
  for (let at = 1; at < whole.byteLength; at++) {
    const pipe = new Pipe();
    pipe.write(whole.subarray(0, at));
    pipe.end();
    const reader = new FrameReader(pipe.source());
    const what = at < headerEnd
      ? "inside its header"
      : at < headerEnd + 2
      ? "bytes of its body"
      : "bytes of its attachment";
    await assertRejects(() => reader.read(), FrameError, what);
  }
});

Deno.test("FrameReader.read() gives null when the stream ends between two frames", async () => {
  assertEquals(await readAll([]), []);
  assertEquals((await readAll([encoded(FRAME)])).length, 1);
});

Deno.test("FrameReader.read() rejects with the source's own error", async () => {
  const pipe = new Pipe();
  pipe.end(new Deno.errors.ConnectionReset("gone"));
  await assertRejects(() => new FrameReader(pipe.source()).read(), Deno.errors.ConnectionReset);
});

Deno.test("frames with many long keys, which take quadratic time to parse, are refused", async () => {
  const member = (i: number) => `"${String(i).padStart(17_000, "x")}" : 1`;
  const body = (count: number) => `{${Array.from({ length: count }, (_, i) => member(i)).join()}}`;
  const [frame] = await readAll([encoded({ text: body(64), attachments: [] })]);
  assertEquals(frame!.text, body(64));
  const text = body(65);
  assertThrows(() => encoded({ text, attachments: [] }), RangeError, "more than 64 keys");
  await assertRejects(() => readAll([frameBytes(text, [])]), FrameError, "more than 64 keys");
});
