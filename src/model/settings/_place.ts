/** A place in a settings file: checks of its value, with errors that name file and path. */

import { nearNames } from "../../text/near_names.ts";
import { headOf } from "../../text/truncate.ts";

/** Maximum number of values in a part of a file that is passed on as it is. */
const MAX_VALUES = 10_000;

/** Thrown for a settings file that cannot be read or is malformed. The message names the file, the path and the expectation. */
export class SettingsError extends Error {
  /** Always `"SettingsError"`. */
  override readonly name = "SettingsError";
}

/** A value of a settings file, with its path. */
export class Place {
  /** The path in the file, such as `backends.local.endpoints[0]`; empty for the whole. */
  readonly path: string;
  /** The value. */
  readonly value: unknown;
  readonly #file: string;

  /**
   * @param file The name of the file.
   * @param value The value.
   * @param path Its path.
   */
  constructor(file: string, value: unknown, options: { readonly path?: string } = {}) {
    this.#file = file;
    this.value = value;
    this.path = options.path ?? "";
  }

  /** Whether there is a value. */
  get isSet(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Throws the error for this place. */
  fail(expected: string): never {
    const { value } = this;
    const shown = value === undefined ? "missing" : headOf(JSON.stringify(brief(value)), 80);
    const found = this.path === "" ? `it is ${shown}` : `${this.path} is ${shown}`;
    throw new SettingsError(`Cannot use ${this.#file}: ${found}, expected ${expected}`);
  }

  /** Returns the value of a name. */
  at(name: string): Place {
    const record = this.value as Record<string, unknown>;
    const path = this.path === "" ? name : `${this.path}.${name}`;
    return new Place(this.#file, Object.hasOwn(record, name) ? record[name] : undefined, { path });
  }

  /** Checks that this is an object with some of these names only. */
  object(names: readonly string[]): this {
    this.record();
    for (const name of Object.keys(this.value as object)) {
      if (names.includes(name)) continue;
      const [near] = nearNames(name, names);
      const path = this.path === "" ? "" : `${this.path}.`;
      throw new SettingsError(
        `Cannot use ${this.#file}: there is no setting ${path}${headOf(name, 80)}; ` +
          (near === undefined ? `expected ${names.join(", ")}` : `did you mean ${near}?`),
      );
    }
    return this;
  }

  /** Checks that this is an object, and returns its entries. */
  record(): [name: string, place: Place][] {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fail("an object");
    }
    return Object.keys(value).map((name) => [name, this.at(name)]);
  }

  /** Checks that this is a list, and returns its elements. */
  list(): Place[] {
    const { value, path } = this;
    if (!Array.isArray(value)) return this.fail("a list");
    return value.map((item, i) => new Place(this.#file, item, { path: `${path}[${i}]` }));
  }

  /** Checks that this is text. */
  text(expected = "text"): string {
    const { value } = this;
    return typeof value === "string" && value.trim() !== "" ? value.trim() : this.fail(expected);
  }

  /** Checks that this is text, a number or a boolean. */
  scalar(): unknown {
    const { value } = this;
    return ["string", "number", "boolean"].includes(typeof value)
      ? value
      : this.fail("text, a number, or true or false");
  }

  /** Checks that this is a number above 0. */
  count(): number {
    const { value } = this;
    return typeof value === "number" && value > 0 && Number.isFinite(value)
      ? value
      : this.fail("a number above 0");
  }

  /** Checks that this is the URL of a server. */
  url(): string {
    const text = this.text("an http or https URL");
    if (!URL.canParse(text)) return this.fail("an http or https URL");
    const { protocol, username, password } = new URL(text);
    if (protocol !== "http:" && protocol !== "https:") return this.fail("an http or https URL");
    return username === "" && password === "" ? text : this.fail("a URL without credentials");
  }

  /** Checks that this is the name of an environment variable. */
  variable(): string {
    const text = this.text("the name of an environment variable");
    // A key that was written in place of the name must not be quoted.
    if (/^[A-Za-z_][A-Za-z0-9_]{0,79}$/.test(text)) return text;
    throw new SettingsError(
      `Cannot use ${this.#file}: ${this.path} is not the name of an environment variable; keys stay outside of the file`,
    );
  }

  /** Returns a copy of this as JSON has it, of limited size. */
  json(): Record<string, unknown> {
    this.record();
    return copy(this.value, { count: 0 }, this) as Record<string, unknown>;
  }
}

/** Copies plain data. A YAML file can repeat one value a million times with a few characters. */
function copy(value: unknown, budget: { count: number }, place: Place): unknown {
  if (++budget.count > MAX_VALUES) place.fail(`at most ${MAX_VALUES} values`);
  if (Array.isArray(value)) return value.map((item) => copy(item, budget, place));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.keys(value).map((name) =>
    [name, copy((value as Record<string, unknown>)[name], budget, place)] as const
  );
  return Object.fromEntries(entries);
}

function brief(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  if (Array.isArray(value)) return value.length === 0 ? [] : ["..."];
  return typeof value === "object" && value !== null ? {} : value;
}
