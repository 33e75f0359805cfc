/**
 * Trees with tags, the form of values that JSON lacks, and how they are extended; see codec.ts.
 *
 * @module
 */

/** A node with a tag. */
export type Tagged = { $: unknown[] };

/** A node with a tag. */
export function tag(name: string, ...rest: unknown[]): Tagged {
  const list: unknown[] = [name];
  for (let i = 0; i < rest.length; i++) list[i + 1] = rest[i];
  return { $: list };
}

/** Writes what is no data, and what data becomes that has more to it. */
export interface TreeExtension {
  /**
   * Called for each function, and for each object before it is written.
   *
   * @param value The function or object; it has its number already.
   * @param writer Writes parts of it.
   * @returns Its node; nothing if it is to be written as any other value.
   * @throws {TypeError} If it cannot be written; `writer.refusal` makes the error.
   */
  encode(value: object, writer: TreeWriter): Tagged | undefined;
}

/** What an extension writes with. */
export interface TreeWriter {
  /** Writes a part of the value. */
  child(key: string | number, value: unknown): unknown;
  /** Writes the value as what it is apart from its class: array, built-in or record. */
  base(value: object): unknown;
  /** Whether the value is one of the built-ins that the codec knows. */
  isBuiltin(value: object): boolean;
  /** The error for a value that is `what`, and so cannot be written. */
  refusal(what: string): TypeError;
}

/** Reads the nodes that a {@linkcode TreeExtension} has written, and finds objects of other trees. */
export interface TreeReaderExtension {
  /**
   * Reads a node.
   *
   * @param list Its tag and what comes behind it.
   * @param reader Reads parts of it.
   * @returns The value in a list; nothing if there is no such tag.
   */
  decode(list: readonly unknown[], reader: TreeReader): [unknown] | undefined;
  /** Sees to it that an object that another tree has written is there. */
  find(number: number): object | undefined;
}

/** What an extension reads with. */
export interface TreeReader {
  /** Reads a part. */
  decode(node: unknown): unknown;
  /** Gives the value its number; it has to be the next one that the writer gave. */
  number<T extends object>(value: T): T;
  /** Takes the next number for a value that is there only later. */
  reserve(): (value: object) => void;
  /** Gives an object the members of a record. */
  assign<T extends object>(target: T, node: unknown): T;
}
