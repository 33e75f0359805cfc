/**
 * Pictures in terminals, by the protocols of kitty, of iTerm2, and as sixels.
 *
 * @module
 */

import { convertIndexedToRgb, decode, type DecodedPng } from "fast-png";
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import { FINALIZER, introducer, sixelEncode } from "sixel";

/** A way to show pictures. */
export type PictureProtocol = "kitty" | "iterm2" | "sixel";

/** Maximum size of a picture that is shown. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Maximum number of pixels of a picture that is converted to sixels. */
const MAX_PIXELS = 4_000_000;

/** Maximum length of a piece of kitty's protocol. */
const KITTY_CHARS = 4096;

/** Colours of a sixel picture. */
const COLORS = 256;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Returns the bytes that show a picture at a terminal.
 *
 * @param protocol The protocol of the terminal.
 * @param picture The media type and the bytes, which come from a cell and may be anything.
 * @returns A sequence and a line feed, or `undefined` if the terminal cannot show it.
 */
export function pictureSequence(
  protocol: PictureProtocol,
  { type, bytes }: { readonly type: string; readonly bytes: Uint8Array },
): string | undefined {
  if (bytes.length === 0 || bytes.length > MAX_BYTES) return undefined;
  const isPng = PNG.every((byte, i) => bytes[i] === byte);
  if (protocol === "iterm2") {
    return /^image\/(?:png|jpeg|gif|webp)$/.test(type) ? iterm2(bytes) : undefined;
  }
  if (!isPng) return undefined;
  return protocol === "kitty" ? kitty(bytes) : sixels(bytes);
}

/** https://sw.kovidgoyal.net/kitty/graphics-protocol/: transmit a PNG (f=100) and show it (a=T), without answers (q=2). */
function kitty(bytes: Uint8Array): string {
  const base64 = bytes.toBase64();
  let sequence = "";
  for (let at = 0; at < base64.length; at += KITTY_CHARS) {
    const more = at + KITTY_CHARS < base64.length ? 1 : 0;
    const keys = at === 0 ? `a=T,f=100,q=2,m=${more}` : `m=${more}`;
    sequence += `\x1b_G${keys};${base64.slice(at, at + KITTY_CHARS)}\x1b\\`;
  }
  return `${sequence}\n`;
}

/** https://iterm2.com/documentation-images.html */
function iterm2(bytes: Uint8Array): string {
  return `\x1b]1337;File=inline=1;size=${bytes.length};preserveAspectRatio=1:${bytes.toBase64()}\x07\n`;
}

/** DEC's VT330/VT340 Graphics Programming, chapter 14. */
function sixels(bytes: Uint8Array): string | undefined {
  try {
    const safe = withoutExtras(bytes);
    if (safe === undefined) return undefined;
    const picture = decode(safe);
    const { width, height } = picture;
    const rgba = new Uint8Array(width * height * 4);
    const { data, channels, maximum } = samplesOf(picture);
    const level = (i: number) => Math.round((data[i]! * 255) / maximum);
    for (let pixel = 0; pixel < width * height; pixel++) {
      const at = pixel * channels;
      const green = channels < 3 ? at : at + 1;
      const blue = channels < 3 ? at : at + 2;
      const alpha = channels % 2 === 0 ? level(at + channels - 1) : 255;
      rgba.set([level(at), level(green), level(blue), alpha], pixel * 4);
    }
    const palette = reduceColors(rgba);
    return `${introducer(1)}${sixelEncode(rgba, width, height, palette)}${FINALIZER}\n`;
  } catch {
    // It is no picture after all.
    return undefined;
  }
}

/**
 * Rounds colours until there are few enough, and returns those that are left.
 *
 * The quantizer of the library mixes the colours of regular pictures, such as charts.
 */
function reduceColors(rgba: Uint8Array): [red: number, green: number, blue: number][] {
  for (let bits = 0; true; bits++) {
    const mask = (0xff << bits) & 0xff;
    const colors = new Map<number, [number, number, number]>();
    for (let at = 0; at < rgba.length && colors.size <= COLORS; at += 4) {
      const [red, green, blue] = [rgba[at]! & mask, rgba[at + 1]! & mask, rgba[at + 2]! & mask];
      colors.set(red << 16 | green << 8 | blue, [red, green, blue]);
    }
    if (colors.size > COLORS) continue;
    for (let at = 0; at < rgba.length; at++) if (at % 4 !== 3) rgba[at]! &= mask;
    return [...colors.values()];
  }
}

interface Samples {
  readonly data: ArrayLike<number>;
  readonly channels: number;
  readonly maximum: number;
}

function samplesOf(picture: DecodedPng): Samples {
  const { data, channels, depth, palette } = picture;
  if (palette === undefined) return { data, channels, maximum: 2 ** depth - 1 };
  const colors = convertIndexedToRgb(picture);
  return { data: colors, channels: palette[0]?.length === 4 ? 4 : 3, maximum: 255 };
}

/** Chunks that make up the picture itself. */
const CHUNKS: ReadonlySet<string> = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

/**
 * Returns a PNG (W3C PNG specification) with the chunks of the picture alone, or `undefined` if it is too large, or unpacks to more
 * than its pixels.
 */
function withoutExtras(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0 || width * height > MAX_PIXELS) return undefined;
  const kept = [bytes.subarray(0, PNG.length)];
  const packed: Uint8Array[] = [];
  for (let at = PNG.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
    if (CHUNKS.has(type)) kept.push(bytes.subarray(at, at + 12 + length));
    if (type === "IDAT") packed.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  // Four samples of two bytes, and a byte for each line; interlacing adds some lines.
  const maxOutputLength = width * height * 8 + height * 8 + 64;
  inflateSync(Buffer.concat(packed), { maxOutputLength });
  return new Uint8Array(Buffer.concat(kept));
}
