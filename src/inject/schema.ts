/**
 * Schemas of arguments and results, by the Standard Schema specification.
 *
 * @module
 */

/**
 * A schema by the Standard Schema specification (https://standardschema.dev), version 1, such as one of zod.
 */
export interface Schema {
  /** The specification's own property. */
  readonly "~standard": {
    /** Checks and converts a value. */
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

/** The verdict of a {@linkcode Schema}: a converted value, or issues. */
export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One fault of a value. */
export interface SchemaIssue {
  /** The fault, as a sentence. */
  readonly message: string;
  /** The path to the faulty part. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * Whether a schema is a tuple, which stands for a list of arguments.
 *
 * @param schema The schema.
 */
export function isTuple(schema: Schema): boolean {
  // Zod's own mark: the Standard Schema has none.
  const { def } = schema as { def?: { type?: unknown } };
  return def?.type === "tuple";
}

/** Words for the message of the error. */
export interface CheckOptions {
  /** The task that is attempted, for example `call add`. */
  readonly task: string;
  /** The noun for the value, for example `argument`. */
  readonly what: string;
}

/**
 * Checks the arguments of a call.
 *
 * @param args The arguments.
 * @param options The schema of a tuple, or of the only argument, and the name of the function.
 * @returns The arguments as the schema converts them.
 * @throws {TypeError} If the schema refuses them.
 */
export async function checkArguments(
  args: readonly unknown[],
  { name, input }: { readonly name: string; readonly input: Schema },
): Promise<readonly unknown[]> {
  const task = `call ${name}`;
  if (isTuple(input)) {
    return await checkValue(input, args, { task, what: "arguments" }) as unknown[];
  }
  return [await checkValue(input, args[0], { task, what: "argument" })];
}

/**
 * Checks one value.
 *
 * @param schema The schema.
 * @param value The value.
 * @param options Words for the message.
 * @returns The value as the schema converts it.
 * @throws {TypeError} If the schema refuses it; the message has every issue with its path.
 */
export async function checkValue(
  schema: Schema,
  value: unknown,
  { task, what }: CheckOptions,
): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path = [] }) => {
    const place = path.map((part) => `[${JSON.stringify(keyOf(part))}]`).join("");
    return `${what}${place}: ${message}`;
  });
  throw new TypeError(`Cannot ${task}: ${issues.join("; ")}`);
}

function keyOf(part: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof part === "object" ? part.key : part;
  return typeof key === "number" ? key : String(key);
}

/**
 * Whether a schema has a `parse` method, as those of zod have.
 *
 * @param schema The schema.
 */
export function canParse(schema: unknown): boolean {
  return typeof (schema as { parse?: unknown }).parse === "function";
}
