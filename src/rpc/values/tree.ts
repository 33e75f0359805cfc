/**
 * Trees with tags: the form of values that JSON lacks, and the interfaces that extend them; see codec.ts.
 *
 * @module
 */

/** A node with a tag. */
export type Tagged = { $: unknown[] };

/** Creates a node with a tag. */
export function tag(name: string, ...rest: unknown[]): Tagged {
  const list: unknown[] = [name];
  for (let i = 0; i < rest.length; i++) list[i + 1] = rest[i];
  return { $: list };
}

/** Writes values that the codec does not know, and known ones that need more than their data. */
export interface TreeExtension {
  /**
   * Called for each function, and for each object before it is written.
   *
   * @param value The function or object, which is numbered already.
   * @param writer Writes the parts of the value.
   * @returns Its node, or `undefined` to write it like any other value.
   * @throws {TypeError} If it cannot be written; `writer.refusal` makes the error.
   */
  encode(value: object, writer: TreeWriter): Tagged | undefined;
  /**
   * Returns whether an object is written in each tree that has it. Any other object is written in the first of the trees
   * only, and the others refer to that one. @default none is
   */
  isWrittenAgain?(value: object): boolean;
}

/** The operations with which an extension writes. */
export interface TreeWriter {
  /** Writes a part of the value. */
  child(key: string | number, value: unknown): unknown;
  /** Writes a value without regard to its class: as an array, a built-in or a record. */
  base(value: object): unknown;
  /** Returns whether the value is one of the built-ins that the codec knows. */
  isBuiltin(value: object): boolean;
  /** Returns the error for a value that is `what`, and so cannot be written. */
  refusal(what: string): TypeError;
}

/** Reads the nodes that a {@linkcode TreeExtension} has written, and finds objects of other trees. */
export interface TreeReaderExtension {
  /**
   * Reads a node.
   *
   * @param list The tag of the node, followed by its arguments.
   * @param reader Reads the parts of the node.
   * @returns The value in a list, or `undefined` if the tag is unknown.
   */
  decode(list: readonly unknown[], reader: TreeReader): [unknown] | undefined;
  /**
   * Returns an object of another tree, which is read first if necessary.
   *
   * @param number The number of the object in its tree.
   * @param tree The name of that tree. Absent if this tree itself refers to one of its objects that is not there yet.
   */
  find(number: number, tree?: string): object | undefined;
}

/** The operations with which an extension reads. */
export interface TreeReader {
  /** Reads a part. */
  decode(node: unknown): unknown;
  /** Numbers the value. The order has to be that of the writer. */
  number<T extends object>(value: T): T;
  /** Reserves the next number for a value that is created later. */
  reserve(): (value: object) => void;
  /** Assigns the members of a record to an object. */
  assign<T extends object>(target: T, node: unknown): T;
}
