/**
 * Values as JSON, without silent losses.
 *
 * @module
 */

/** Depth to which values are nested at most: JSON of databases and other languages goes no deeper. */
const MAX_DEPTH = 500;

/**
 * Returns a value as JSON.
 *
 * @param value The value.
 * @param what Its name in messages.
 * @throws {TypeError} If JSON cannot hold it without loss; the message has the path.
 */
export function toJson(value: unknown, what: string): string {
  const fault = faultOf(value, { path: "", depth: 0 });
  if (fault !== undefined) throw new TypeError(`Cannot store ${what}: ${fault}`);
  return JSON.stringify(value);
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

function faultOf(value: unknown, { path, depth }: Place): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : fault(path, `is ${value}`);
    case "object":
      return value === null ? undefined : faultWithin(value, { path, depth: depth + 1 });
    default:
      return fault(path, `is ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}`);
  }
}

function faultWithin(value: object, { path, depth }: Place): string | undefined {
  if (depth > MAX_DEPTH) return fault(path, `is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = faultOf(value[i], { path: `${path}[${i}]`, depth });
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null || "toJSON" in value) {
    return fault(path, `is a ${prototype?.constructor?.name ?? "special object"}`);
  }
  for (const [key, member] of Object.entries(value)) {
    // JSON leaves such members out, and so do readers of optional fields.
    if (member === undefined) continue;
    const found = faultOf(member, { path: `${path}.${key}`, depth });
    if (found !== undefined) return found;
  }
  return undefined;
}

function fault(path: string, is: string): string {
  return `${path === "" ? "it" : `value${path}`} ${is}, which JSON does not hold`;
}

/**
 * Reads JSON that a store has written.
 *
 * @param json The text.
 * @param what Its name in messages.
 * @throws {SyntaxError} If it is damaged.
 */
export function fromJson(json: string, what: string): never {
  try {
    return JSON.parse(json) as never;
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${what}: its text in the store is damaged`, { cause });
  }
}
