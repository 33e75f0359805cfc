/**
 * The type and the size of images that models take, from their first bytes: names of files say nothing.
 *
 * @module
 */

/** An image. */
export interface ImageSize {
  readonly mediaType: "image/png" | "image/jpeg" | "image/gif" | "image/webp";
  readonly width: number;
  readonly height: number;
}

/** Pixels of an image: models and browsers decode it, and a small file can stand for a large picture. */
const MAX_PIXELS = 50_000_000;

/**
 * Reads the header of an image.
 *
 * @param bytes The file.
 * @returns The type and size; `undefined` if it is not such an image, or has no sensible size.
 */
export function imageSizeOf(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  let found: ImageSize | undefined;
  if (bytes.length >= 24 && view.getUint32(0) === 0x89504e47 && ascii(12, 16) === "IHDR") {
    found = { mediaType: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
  } else if (bytes.length >= 10 && /^GIF8[79]a$/.test(ascii(0, 6))) {
    found = {
      mediaType: "image/gif",
      width: view.getUint16(6, true),
      height: view.getUint16(8, true),
    };
  } else if (bytes.length >= 30 && ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") {
    found = webpSize(view, ascii(12, 16));
  } else if (bytes.length >= 4 && view.getUint16(0) === 0xffd8) {
    found = jpegSize(view);
  }
  if (found === undefined) return undefined;
  const { width, height } = found;
  return width > 0 && height > 0 && width * height <= MAX_PIXELS ? found : undefined;
}

function webpSize(view: DataView, kind: string): ImageSize | undefined {
  const mediaType = "image/webp";
  switch (kind) {
    case "VP8 ":
      return {
        mediaType,
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { mediaType, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case "VP8X": {
      const three = (at: number) => view.getUint16(at, true) | view.getUint8(at + 2) << 16;
      return { mediaType, width: three(24) + 1, height: three(27) + 1 };
    }
    default:
      return undefined;
  }
}

/** Looks for the frame, from segment to segment. */
function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const height = view.getUint16(at + 5);
      return { mediaType: "image/jpeg", width: view.getUint16(at + 7), height };
    }
    at += marker === 0xff ? 1 : 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}
