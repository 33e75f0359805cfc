/**
 * Results of cells as results of tools.
 *
 * @module
 */

import { observe } from "../agent/step/observation.ts";
import type { CellResult } from "../runtime/cells/cell_result.ts";
import type { MimeBundle } from "../runtime/runtime.ts";
import { headOf } from "../text/truncate.ts";

/** A part of the content of a result. */
export type ContentPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image" | "audio"; readonly mimeType: string; readonly data: string };

/** A result of a tool. */
export interface ToolContent {
  /** The content. */
  readonly content: readonly ContentPart[];
  /** The same as an object. */
  readonly structuredContent: Record<string, unknown>;
  /** Whether the cell did not run to its end. */
  readonly isError: boolean;
}

/** Images and sounds of one result. */
const MAX_MEDIA = 20;

/** Names that are listed of one result. */
const MAX_CHANGED = 200;

/** Options of {@linkcode contentOf}. */
export interface ContentOptions {
  /** Characters of output. */
  readonly maxObservationChars: number;
  /** Bytes of images and sounds. */
  readonly maxMediaBytes: number;
}

/**
 * Returns the result of a cell as that of a tool.
 *
 * @param result The result of the cell.
 * @param options Limits.
 */
export function contentOf(
  result: CellResult,
  { maxObservationChars, maxMediaBytes }: ContentOptions,
): ToolContent {
  const { status, cell, output, changed, hostCalls, displays, durationMs } = result;
  const error = errorOf(result);
  const value = status === "ok" ? result.value : undefined;
  const { parts, left } = mediaOf(displays, maxMediaBytes);
  const text = observe(result, maxObservationChars).content;
  const note = left === 0 ? "" : `\n(${left} images or sounds are too large to be sent)`;
  return {
    content: [{ type: "text", text: `${text}${note}` }, ...parts],
    structuredContent: {
      status,
      cell,
      ...(value === undefined ? {} : {
        value: headOf(value.text, maxObservationChars),
        value_type: value.type,
      }),
      output: headOf(output.text, maxObservationChars),
      output_chars: output.length,
      ...(error === undefined ? {} : { error: headOf(error, maxObservationChars) }),
      changed: changed.slice(0, MAX_CHANGED).map(({ name, type }) => ({ name, type })),
      calls: hostCalls.length,
      displays: displays.length,
      state_kept: "stateKept" in result ? result.stateKept : true,
      duration_ms: durationMs,
    },
    isError: status !== "ok",
  };
}

function errorOf(result: CellResult): string | undefined {
  switch (result.status) {
    case "ok":
      return undefined;
    case "error":
      return result.error.text;
    case "refused":
    case "kernel_exit":
      return result.text;
    default:
      return result.status === "timeout" ? "The time limit was reached" : "The cell was stopped";
  }
}

function mediaOf(
  displays: readonly MimeBundle[],
  maxBytes: number,
): { readonly parts: readonly ContentPart[]; readonly left: number } {
  const parts: ContentPart[] = [];
  let left = 0;
  let bytes = 0;
  for (const bundle of displays) {
    for (const [mimeType, data] of Object.entries(bundle)) {
      const type = /^(image|audio)\/[\w.+-]+$/.exec(mimeType)?.[1] as "image" | "audio" | undefined;
      if (type === undefined) continue;
      const content = typeof data === "string" ? new TextEncoder().encode(data) : data;
      if (!(content instanceof Uint8Array)) continue;
      if (parts.length >= MAX_MEDIA || bytes + content.length > maxBytes) {
        left++;
        continue;
      }
      bytes += content.length;
      parts.push({ type, mimeType, data: content.toBase64() });
    }
  }
  return { parts, left };
}
