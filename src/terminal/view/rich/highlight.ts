/**
 * Coloured TypeScript.
 *
 * @module
 */

import typescript from "highlight.js/lib/languages/typescript";
import { createLowlight } from "lowlight";
import type { Style } from "../style.ts";

/** Maximum length of code that is coloured. */
const MAX_CHARS = 50_000;

type Paint = (text: string) => string;

/** Part of the tree of lowlight. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
  readonly properties?: { readonly className?: unknown };
}

/**
 * Returns a function that colours TypeScript.
 *
 * @param style Colours.
 */
export function createHighlighter(style: Style): (code: string) => string[] {
  const lowlight = createLowlight({ typescript });
  const plain: Paint = (text) => text;
  const paints: ReadonlyMap<string, Paint> = new Map([
    ["hljs-keyword", style.magenta],
    ["hljs-literal", style.yellow],
    ["hljs-number", style.yellow],
    ["hljs-string", style.green],
    ["hljs-regexp", style.green],
    ["hljs-comment", style.dim],
    ["hljs-title", style.blue],
    ["hljs-built_in", style.cyan],
    ["hljs-type", style.cyan],
  ]);
  return (code) => {
    if (code.length > MAX_CHARS) return code.split("\n");
    let text = "";
    const visit = (node: Node, outer: Paint): void => {
      if (node.type === "text") {
        // A colour ends with its line, so that lines can be shown one by one.
        text += (node.value ?? "").split("\n").map((line) => line === "" ? "" : outer(line)).join(
          "\n",
        );
      }
      const names = node.properties?.className;
      const name = Array.isArray(names)
        ? names.find((name) => paints.has(String(name)))
        : undefined;
      const paint = name === undefined ? outer : paints.get(String(name))!;
      for (const child of node.children ?? []) visit(child, paint);
    };
    visit(lowlight.highlight("typescript", code) as Node, plain);
    return text.split("\n");
  };
}
