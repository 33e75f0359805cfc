// deno-lint-ignore-file no-control-regex -- sequences of terminals begin with a control character
/** Pictures in terminals, decoded again as the specifications of their protocols say. */

import { assert, assertEquals } from "@std/assert";
import { encode } from "fast-png";
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import {
  createRichText,
  pictureProtocolOf,
} from "../../../../src/terminal/view/rich/create_rich_text.ts";
import {
  type PictureProtocol,
  pictureSequence,
} from "../../../../src/terminal/view/rich/pictures.ts";
import { createStyle } from "../../../../src/terminal/view/style.ts";

const SIZE = 48;

/** A picture with a red, a green, a blue and a white quarter. */
function pixels(channels: number): Uint8Array {
  return Uint8Array.from({ length: SIZE * SIZE * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const right = pixel % SIZE >= SIZE / 2;
    const low = pixel >= SIZE * SIZE / 2;
    const color = right
      ? low ? [255, 255, 255, 255] : [0, 255, 0, 255]
      : low
      ? [0, 0, 255, 255]
      : [255, 0, 0, 255];
    return color[i % channels]!;
  });
}

function png(channels: 1 | 2 | 3 | 4 = 4): Uint8Array {
  return encode({ width: SIZE, height: SIZE, data: pixels(channels), channels, depth: 8 });
}

function show(protocol: PictureProtocol, bytes: Uint8Array, type = "image/png") {
  return pictureSequence(protocol, { type, bytes });
}

Deno.test("kitty gets a PNG in pieces of at most 4,096 characters, the last of which says so", () => {
  const noise = crypto.getRandomValues(new Uint8Array(SIZE * SIZE * 4));
  for (
    const bytes of [
      png(),
      encode({ width: SIZE, height: SIZE, data: noise, channels: 4, depth: 8 }),
    ]
  ) {
    const sequence = show("kitty", bytes)!;
    const pieces = [...sequence.matchAll(/\x1b_G([^;]*);([^\x1b]*)\x1b\\/g)];
    assertEquals(pieces.map(([whole]) => whole).join("") + "\n", sequence);
    assertEquals(pieces[0]![1]!.startsWith("a=T,f=100,q=2,"), true);
    for (const [i, [, keys, data]] of pieces.entries()) {
      const isLast = i === pieces.length - 1;
      assertEquals(/m=(\d)$/.exec(keys!)![1], isLast ? "0" : "1");
      assert(data!.length <= 4096 && (isLast || data!.length % 4 === 0));
    }
    assertEquals(Uint8Array.fromBase64(pieces.map(([, , data]) => data).join("")), bytes);
  }
});

Deno.test("iTerm2 gets the bytes with their size", () => {
  for (
    const [type, bytes] of [["image/png", png()], [
      "image/jpeg",
      new Uint8Array([0xff, 0xd8]),
    ]] as const
  ) {
    const sequence = show("iterm2", bytes, type)!;
    const [, size, data] =
      /^\x1b\]1337;File=inline=1;size=(\d+);preserveAspectRatio=1:([A-Za-z0-9+/=]+)\x07\n$/.exec(
        sequence,
      )!;
    assertEquals([Number(size), Uint8Array.fromBase64(data!)], [bytes.length, bytes]);
  }
});

/** Decodes sixels: the colour of each pixel, in percent. */
function decodeSixels(sequence: string): Map<string, readonly number[]> {
  const [, body] = /^\x1bP[\d;]*q([^\x1b]*)\x1b\\\n$/.exec(sequence)!;
  const colors = new Map<number, readonly number[]>();
  const found = new Map<string, readonly number[]>();
  let [x, y, color] = [0, 0, 0];
  for (const [part] of body!.matchAll(/"[\d;]+|#[\d;]+|!\d+[?-~]|[?-~]|[$-]/g)) {
    if (part === "$") x = 0;
    else if (part === "-") [x, y] = [0, y + 6];
    else if (part.startsWith("#")) {
      const [index, system, ...levels] = part.slice(1).split(";").map(Number);
      color = index!;
      if (system === 2) colors.set(color, levels);
    } else if (!part.startsWith('"')) {
      const [, count, character] = /^(?:!(\d+))?(.)$/.exec(part)!;
      for (let i = 0; i < Number(count ?? 1); i++, x++) {
        const bits = character!.charCodeAt(0) - 63;
        for (let bit = 0; bit < 6; bit++) {
          if (bits & (1 << bit)) found.set(`${x},${y + bit}`, colors.get(color)!);
        }
      }
    }
  }
  return found;
}

Deno.test("sixels have the pixels of a PNG, whatever its form", () => {
  for (const channels of [3, 4] as const) {
    const found = decodeSixels(show("sixel", png(channels))!);
    assertEquals(found.size, SIZE * SIZE);
    const near = (at: string, expected: readonly number[]) => {
      const color = found.get(at)!;
      assert(color.every((level, i) => Math.abs(level - expected[i]!) < 15), `${at} is ${color}`);
    };
    near("5,5", [100, 0, 0]);
    near("40,5", [0, 100, 0]);
    near("5,40", [0, 0, 100]);
    near("40,40", [100, 100, 100]);
  }
  // Of more colours than a terminal has, the nearest are taken.
  const noise = crypto.getRandomValues(new Uint8Array(SIZE * SIZE * 4));
  for (let i = 3; i < noise.length; i += 4) noise[i] = 255;
  const many = encode({ width: SIZE, height: SIZE, data: noise, channels: 4, depth: 8 });
  const found = decodeSixels(show("sixel", many)!);
  assertEquals(found.size, SIZE * SIZE);
  assert(Math.abs(found.get("7,9")![0]! - (noise[(9 * SIZE + 7) * 4]! / 255) * 100) < 26);
  const gray = encode({ width: SIZE, height: SIZE, data: pixels(1), channels: 1, depth: 8 });
  assertEquals(decodeSixels(show("sixel", gray)!).size, SIZE * SIZE);
});

/** Adds a chunk to a PNG, behind its header. */
function withChunk(bytes: Uint8Array, type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return new Uint8Array(
    Buffer.concat([bytes.subarray(0, 33), length, body, check, bytes.subarray(33)]),
  );
}

Deno.test("a picture that is none, too large, or unpacks to too much is not shown, and bounded", () => {
  const bomb = deflateSync(new Uint8Array(200_000_000));
  const huge = png();
  new DataView(huge.buffer).setUint32(16, 1_000_000);
  const cases: readonly (readonly [PictureProtocol, Uint8Array, string?])[] = [
    ["kitty", new Uint8Array()],
    ["kitty", new TextEncoder().encode("\x1b]0;x\x07"), "image/png"],
    ["kitty", new Uint8Array([0xff, 0xd8, 0xff]), "image/jpeg"],
    ["iterm2", new TextEncoder().encode("<svg>"), "image/svg+xml"],
    ["iterm2", new Uint8Array(9 * 1024 * 1024), "image/png"],
    ["sixel", png().subarray(0, 60)],
    ["sixel", png().subarray(0, 20)],
    ["sixel", huge],
    ["sixel", withChunk(png(), "IDAT", bomb)],
  ];
  for (const [i, [protocol, bytes, type]] of cases.entries()) {
    assertEquals(show(protocol, bytes, type), undefined, `case ${i}`);
  }
  // A profile is of no use here, and is not unpacked.
  const profile = Buffer.concat([Buffer.from("x\0\0"), bomb]);
  assertEquals(decodeSixels(show("sixel", withChunk(png(), "iCCP", profile))!).size, SIZE * SIZE);
});

/** Variables of terminals, and the ways in which they show pictures. */
const TERMINALS:
  readonly (readonly [variables: Record<string, string>, PictureProtocol | undefined])[] = [
    [{ TERM: "xterm-kitty" }, "kitty"],
    [{ TERM: "xterm-256color", KITTY_WINDOW_ID: "1" }, "kitty"],
    [{ TERM: "xterm-ghostty" }, "kitty"],
    [{ TERM_PROGRAM: "iTerm.app" }, "iterm2"],
    [{ TERM_PROGRAM: "WezTerm" }, "iterm2"],
    [{ TERM: "foot" }, "sixel"],
    [{ TERM: "xterm-256color" }, undefined],
    [{ TERM: "xterm-kitty", TMUX: "x" }, undefined],
    [{ TERM: "xterm-kitty", CAVE_PICTURES: "none" }, undefined],
    [{ TERM: "xterm", CAVE_PICTURES: "sixel" }, "sixel"],
    [{}, undefined],
  ];

Deno.test("pictureProtocolOf() knows terminals by their variables", () => {
  for (const [variables, protocol] of TERMINALS) {
    assertEquals(pictureProtocolOf((name) => variables[name]), protocol, JSON.stringify(variables));
  }
  const style = createStyle({ enabled: true });
  assertEquals(createRichText({ style }).image("image/png", png()), undefined);
  assert(
    createRichText({ style, pictures: "kitty" }).image("image/png", png())!.startsWith("\x1b_G"),
  );
});
