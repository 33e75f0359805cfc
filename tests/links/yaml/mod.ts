/**
 * A stand-in for `jsr:@std/yaml` that lets this repository be built and tested where only the npm
 * registry can be reached. It has the part of the interface that the project uses and behaves as the
 * real package does. The published package depends on the real one.
 *
 * `@std/yaml` descends from js-yaml 3, so the schemas of js-yaml 5 are adjusted here to the numbers
 * that version 3 knew. Not matched: the real package accepts a tab before a top-level key and a
 * collection as a key, turns impossible dates into later ones, and reads `!!set` as an object.
 *
 * @module
 */

import {
  binaryTag,
  CORE_SCHEMA,
  defineScalarTag,
  FAILSAFE_SCHEMA,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  nullCoreTag,
  omapTag,
  pairsTag,
  type Schema,
  setTag,
  timestampTag,
  YAMLException,
} from "js-yaml";

/** Options for {@linkcode parse}. */
export interface ParseOptions {
  /**
   * Name of the schema to use.
   *
   * @default {"default"}
   */
  schema?: "failsafe" | "json" | "core" | "default";
  /**
   * If `true`, duplicate keys overwrite previous values. Otherwise they throw a `SyntaxError`.
   *
   * @default {false}
   */
  allowDuplicateKeys?: boolean;
}

const INTEGER = /^[-+]?(?:0|0b[01_]*[01]|0x[0-9a-fA-F_]*[0-9a-fA-F]|0[0-7_]*[0-7])$/;
const FLOAT =
  /^(?:[-+]?(?:0|[1-9][0-9_]*)(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9_]+(?:[eE][-+]?[0-9]+)?)$/;
const SPECIAL = new Map([["inf", Infinity], ["Inf", Infinity], ["INF", Infinity]]);
const NOT_A_NUMBER = new Set([".nan", ".NaN", ".NAN"]);

const integerTag = defineScalarTag<number>("tag:yaml.org,2002:int", {
  implicit: true,
  resolve(source) {
    if (!INTEGER.test(source)) return NOT_RESOLVED;
    const digits = source.replaceAll("_", "").replace(/^[-+]/, "");
    const isOctal = /^0[0-7]/.test(digits);
    const value = Number(isOctal ? `0o${digits}` : digits);
    return value === 0 || !source.startsWith("-") ? value : -value;
  },
  identify: () => false,
});

const floatTag = defineScalarTag<number>("tag:yaml.org,2002:float", {
  implicit: true,
  resolve(source) {
    if (NOT_A_NUMBER.has(source)) return NaN;
    const unsigned = source.replace(/^[-+]/, "");
    const sign = source.startsWith("-") ? -1 : 1;
    const special = unsigned.startsWith(".") ? SPECIAL.get(unsigned.slice(1)) : undefined;
    if (special !== undefined) return sign * special;
    if (!FLOAT.test(source) || source.endsWith("_")) return NOT_RESOLVED;
    return sign * parseFloat(unsigned.replaceAll("_", ""));
  },
  identify: () => false,
});

const CORE = CORE_SCHEMA.withTags(nullCoreTag, integerTag, floatTag);
const SCHEMAS: Record<NonNullable<ParseOptions["schema"]>, Schema> = {
  failsafe: FAILSAFE_SCHEMA,
  json: CORE,
  core: CORE,
  default: CORE.withTags(timestampTag, mergeTag, binaryTag, omapTag, pairsTag, setTag),
};

/**
 * Parses a YAML document.
 *
 * @param content The text of one document; an empty text reads as `null`.
 * @param options How to parse it.
 * @returns The parsed document.
 * @throws {SyntaxError} If the text is not valid YAML or contains more than one document.
 *
 * @example Read a document
 * ```ts
 * import { parse } from "@std/yaml";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parse("id: 1\nname: Alice"), { id: 1, name: "Alice" });
 * ```
 */
export function parse(content: string, options: ParseOptions = {}): unknown {
  const { schema = "default", allowDuplicateKeys = false } = options;
  const documents = load(content, { schema: SCHEMAS[schema], json: allowDuplicateKeys });
  if (documents.length > 1) {
    throw new SyntaxError("Cannot parse YAML: the text has more than one document");
  }
  return documents[0] ?? null;
}

function load(content: string, options: { schema: Schema; json: boolean }): unknown[] {
  try {
    return loadAll(content, options);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new SyntaxError(`Cannot parse YAML: ${error.message}`, { cause: error });
  }
}
