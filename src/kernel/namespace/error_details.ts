/**
 * The details of an error beside its name and message: its own properties, its cause, the errors in it.
 *
 * @module
 */

import { AggregateError, Array, Error, Object, Set, SuppressedError } from "../../rpc/builtins.ts";
import { nameOfError } from "../../rpc/errors/packed_error.ts";
import { truncate } from "../../text/truncate.ts";
import { show } from "./describe.ts";
import { withoutGuards } from "./source_text.ts";
import type { StackMapper } from "./stack_mapper.ts";

/** Maximum number of lines of details: more than anybody reads. */
const MAX_LINES = 40;

/** Maximum length of a detail. */
const MAX_LINE_CHARS = 2_000;

/** How deep causes and inner errors are followed. */
const MAX_DEPTH = 6;

/** Maximum number of properties that are listed. */
const MAX_PROPERTIES = 20;

/** Properties that are described by other means. */
const SPECIAL = new Set<string>(["name", "message", "stack", "cause", "errors"]);

const { getOwnPropertyDescriptor, hasOwn, keys } = Object;

/**
 * Describes an error beside its name and message.
 *
 * @param error The error.
 * @param stacks Maps positions to the text of cells.
 * @returns Lines of text.
 * @throws What a property of the error throws.
 */
export function detailsOf(error: Error, stacks: StackMapper): string[] {
  const details = new Details(stacks);
  details.add(error, 0);
  return details.lines;
}

class Details {
  readonly lines: string[] = [];
  readonly #stacks: StackMapper;
  readonly #seen = new Set<unknown>();

  constructor(stacks: StackMapper) {
    this.#stacks = stacks;
  }

  add(error: Error, depth: number): void {
    this.#seen.add(error);
    const properties = propertiesOf(error);
    if (properties !== undefined && depth === 0) this.#line(depth, `With ${properties}`);
    if (error instanceof AggregateError) {
      const errors = valueOf(error, "errors");
      for (let i = 0; Array.isArray(errors) && i < errors.length && this.#hasRoom; i++) {
        this.#part(`Error ${i + 1} of ${errors.length}: `, errors[i], depth);
      }
    }
    if (error instanceof SuppressedError) {
      this.#part("Error: ", valueOf(error, "error"), depth);
      this.#part("Suppressed: ", valueOf(error, "suppressed"), depth);
    }
    if (hasOwn(error, "cause")) this.#part("Caused by ", valueOf(error, "cause"), depth);
  }

  get #hasRoom(): boolean {
    return this.lines.length < MAX_LINES;
  }

  #part(label: string, value: unknown, depth: number): void {
    if (value === undefined || depth >= MAX_DEPTH || !this.#hasRoom) return;
    if (!(value instanceof Error)) return this.#line(depth, label + show(value));
    if (this.#seen.has(value)) return this.#line(depth, `${label}an error that is listed already`);
    const { name, message } = titleOf(value);
    const { 0: place } = this.#stacks.frames(this.#stacks.rewrite(`${value.stack ?? ""}`));
    const at = place === undefined ? "" : ` (cell-${place.cell}.ts:${place.line}:${place.column})`;
    const properties = propertiesOf(value);
    const more = properties === undefined ? "" : ` ${properties}`;
    this.#line(depth, `${label}${message === "" ? name : `${name}: ${message}`}${more}${at}`);
    this.add(value, depth + 1);
  }

  #line(depth: number, text: string): void {
    if (this.#hasRoom) this.lines.push(truncate("  ".repeat(depth) + text, MAX_LINE_CHARS));
  }
}

/** Returns the name and the message of an error. Some messages quote a function. */
export function titleOf(error: Error): { readonly name: string; readonly message: string } {
  return {
    name: nameOfError(error),
    message: withoutGuards(truncate(`${error.message}`, MAX_TITLE_CHARS)),
  };
}

/** Maximum length of a message: more than a model or a person reads, and a fraction of a frame. */
const MAX_TITLE_CHARS = 100_000;

/** Returns the own properties that are data, as `console.log` shows them; `undefined` if there are none. */
function propertiesOf(error: Error): string | undefined {
  const isPair = error instanceof SuppressedError;
  const data: Record<string, unknown> = {};
  const names = keys(error);
  let count = 0;
  for (let i = 0; i < names.length && count < MAX_PROPERTIES; i++) {
    const name = names[i]!;
    if (SPECIAL.has(name) || isPair && (name === "error" || name === "suppressed")) continue;
    const property = getOwnPropertyDescriptor(error, name);
    if (property === undefined || !hasOwn(property, "value")) continue;
    Object.defineProperty(data, name, property);
    count++;
  }
  return count === 0 ? undefined : show(data);
}

/** Returns the value of a property, without calling a getter. */
function valueOf(error: Error, key: string): unknown {
  return getOwnPropertyDescriptor(error, key)?.value;
}
