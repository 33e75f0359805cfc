/** The contents of files: what is given to be written, and what is read. */

import { shown } from "./workspace_path.ts";
import { DEFAULT_MAX_BYTES, WorkspaceError } from "./workspace.ts";

/** Returns content as bytes: a copy, or those of text. */
export function toBytes(
  content: string | Uint8Array,
  { task, path }: { readonly task: string; readonly path: string },
): Uint8Array<ArrayBuffer> {
  if (content instanceof Uint8Array) return new Uint8Array(content);
  if (typeof content !== "string") {
    throw new TypeError(
      `Cannot ${task} ${shown(path)}: the content is a ${typeof content}, and not text or bytes`,
    );
  }
  if (!content.isWellFormed()) {
    throw new WorkspaceError(
      "text",
      `Cannot ${task} ${
        shown(path)
      }: the text has half of a surrogate pair, which UTF-8 cannot hold`,
    );
  }
  return new TextEncoder().encode(content);
}

/** Returns bytes as text. */
export function toText(
  bytes: Uint8Array,
  { path, replaceInvalid = false }: {
    readonly path: string;
    readonly replaceInvalid?: boolean | undefined;
  },
): string {
  try {
    return new TextDecoder("utf-8", { fatal: !replaceInvalid, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new WorkspaceError(
      "text",
      `Cannot read ${shown(path)} as text: its bytes are not UTF-8; read them as bytes`,
      { cause },
    );
  }
}

/** Refuses files that are too large to be read. */
export function checkSize(
  size: number,
  { path, maxBytes = DEFAULT_MAX_BYTES }: {
    readonly path: string;
    readonly maxBytes?: number | undefined;
  },
): void {
  if (size <= maxBytes) return;
  throw new WorkspaceError(
    "too_large",
    `Cannot read ${shown(path)}: it has ${size} bytes, and ${maxBytes} are read at most`,
  );
}
