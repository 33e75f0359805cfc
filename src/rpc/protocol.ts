/**
 * The protocol between host and kernel, on one page. Values are encoded by the value codec; their bytes travel as
 * attachments of the same message.
 *
 * | method | direction | |
 * |---|---|---|
 * | `define` | host calls kernel | binds a name to a value, or names to host functions |
 * | `remove` | host calls kernel | takes names away that the host has bound |
 * | `types` | host calls kernel | makes classes from their source and binds their names |
 * | `module` | host calls kernel | evaluates a module and binds its exports |
 * | `execute` | host calls kernel | runs a compiled cell and answers with a {@linkcode CellReport} |
 * | `interrupt` | host notifies kernel | stops the cell, if it waits; one that computes is sent {@linkcode HOST_SIGNALS} as well |
 * | `retrieve` | host calls kernel | answers with the value of a name |
 * | `names` | host calls kernel | answers with the names in the namespace |
 * | `outline` | host calls kernel | answers with one line about the value of each name, without its contents |
 * | `snapshot` | host calls kernel | answers with a {@linkcode SnapshotReport}; the attachments are the snapshot |
 * | `restore` | host calls kernel | takes a snapshot's attachments, answers with a {@linkcode RestoreReport} |
 * | `about` | host calls kernel | answers with {@linkcode KernelFacts} about its process |
 * | `references` | host calls kernel | answers with its {@linkcode ReferenceCounts} |
 * | `ready` | kernel notifies host | it has started |
 * | `watching` | kernel notifies host | orders are heard from now on; the number of those that were heard so far |
 * | `ordered` | kernel calls host | answers with {@linkcode OrderReport}: whether the host has ordered to stop a cell |
 * | `output` | kernel notifies host | something was printed |
 * | `display` | kernel notifies host | a cell shows something that is more than text |
 * | `call` | kernel calls host | calls a host function |
 * | `use` | both | calls, reads or iterates an object or function that the other side has lent |
 * | `release` | both notify | gives back an object or function that the other side has lent |
 *
 * Beside that, signals of the host reach a kernel whose main thread computes; see {@linkcode HOST_SIGNALS}.
 *
 * @module
 */

/** Parameters of `define`. */
export type DefineParams = DefineValueParams | DefineFunctionsParams;

/** Parameters of `define` for a value. */
export interface DefineValueParams {
  /** The name in the namespace. */
  name: string;
  /** The encoded value. */
  value: unknown;
}

/** Parameters of `define` for host functions. One message holds all of them, as there may be thousands. */
export interface DefineFunctionsParams {
  /** Their names in the namespace. */
  functions: string[];
}

/** Parameters of `remove`. */
export interface RemoveParams {
  /** Names that the host has bound. */
  names: string[];
}

/** Parameters of `outline`. */
export interface OutlineParams {
  /** Names in the namespace. The answer has `null` for names that do not exist. */
  names: string[];
}

/** Parameters of `execute`: a compiled cell and its number. */
export interface ExecuteParams {
  /** The cell's number, from 1. */
  cell: number;
  /** JavaScript: the body of an async function. */
  code: string;
  /** The name under which the code expects the evaluator's helper. */
  helper: string;
  /** The position map from `code` to the source. */
  map: number[];
  /**
   * Time limit in milliseconds; absent if there is none. The host enforces it; this value is for the engine's own
   * time-out.
   */
  timeoutMs?: number;
  /** Orders that the host has sent before: they are not for this cell. */
  orders?: number;
  /** The names that the cell may change. Absent for code that assigns no names. */
  assignments?: Assignments;
}

/** The names to which code assigns, by its text. Names that it declares at the top level need not be among them. */
export interface Assignments {
  /** Names to which it assigns anywhere. */
  now?: string[];
  /** Those to which its functions assign, which may be called later. */
  later?: string[];
  /** Whether it may change any name, since it gets hold of the global object, or imports code. */
  any?: boolean;
}

/**
 * The signals between host and kernel. An order stops the running cell, a nudge stops what earlier cells left running if it
 * keeps the kernel from answering while no cell runs.
 *
 * Orders are SIGURG: it is sent by nobody else, neither by terminals nor by supervisors, and a process that does not listen
 * ignores it. The host sends one order at a time, and the next one when the kernel has heard it, since signals that wait
 * become one.
 */
export const HOST_SIGNALS = {
  /** Stops the running cell. */
  order: "SIGURG",
  /** Stops what earlier cells left running. */
  nudge: "SIGUSR2",
  /** Do nothing to a kernel: a terminal sends them to the whole group of processes, and means the host. */
  ignored: ["SIGINT"],
} as const;

/** Parameters of `ordered`. */
export interface OrderedParams {
  /** The number of the cell. */
  cell: number;
}

/** The answer to `ordered`. */
export interface OrderReport {
  /** Orders that the host has sent so far. */
  orders: number;
  /** Whether the cell is to stop. */
  stop: boolean;
}

/** Parameters of `types`: a compiled cell that returns an object with the classes. */
export interface TypesParams extends ExecuteParams {
  /** The names of the classes, and whether their instances are copied. */
  types: { name: string; copied: boolean }[];
}

/** Parameters of `module`: a compiled cell that returns an object with the exports of a module. */
export interface ModuleParams extends ExecuteParams {
  /** The exports that are bound. */
  names: string[];
}

/** Parameters of `retrieve`. */
export interface RetrieveParams {
  /** The name in the namespace. */
  name: string;
  /** Whether the answer is to be a reference, even if the value could be copied. */
  reference: boolean;
  /** How long to wait for a promise, in milliseconds. Absent if there is no limit. */
  timeoutMs?: number;
}

/** Parameters of `snapshot`. */
export interface SnapshotParams {
  /** Approximate maximum size of the snapshot in bytes. Absent if there is no limit. */
  maxBytes?: number;
}

/** A name that a snapshot, or a restored namespace, does not contain. */
export interface LostName {
  /** The name in the namespace. */
  name: string;
  /** The reason, as the end of a sentence: `socket.timer is a function inside a value`. */
  reason: string;
}

/** The names that a snapshot contains, and those that it does not. */
export interface SnapshotReport {
  /** The names in the snapshot. */
  names: NamespaceEntry[];
  /** The names left out of it. */
  lost: LostName[];
}

/** Parameters of `restore`. */
export interface RestoreParams {
  /** Names to leave as they are. */
  except: string[];
}

/** The result of `restore`. */
export interface RestoreReport {
  /** The restored names. */
  names: string[];
  /** The names that could not be restored. */
  lost: LostName[];
}

/**
 * The manifest of a snapshot: the first attachment, as JSON. Behind it come attachments with names, each the JSON of a
 * list of {@linkcode SnapshotEntry}, in the order in which the names were first defined, and then the contents of buffers.
 */
export interface SnapshotManifest {
  /** The imported modules. */
  modules: ModuleImport[];
  /** The number of attachments with names. */
  parts: number;
  /** The buffers of names that have some. */
  buffers: SnapshotBuffers[];
}

/** The buffers of a name in a snapshot. Names that share a buffer have the same attachment. */
export interface SnapshotBuffers {
  /** The name in the namespace. */
  name: string;
  /** For each index of a buffer in the name's tree the index among the attachments with contents of buffers. */
  attachments: number[];
}

/** An imported module. */
export interface ModuleImport {
  /** The specifier. */
  specifier: string;
  /** Import attributes. */
  attributes: Record<string, string>;
}

/**
 * A name in a snapshot. It does not depend on other names, except those that share objects with it: references are
 * numbered within a tree, and have the name of the tree where that is another one.
 */
export interface SnapshotEntry {
  /** The name in the namespace. */
  name: string;
  /** Whether the name is constant, so that it cannot be assigned to. */
  constant?: boolean;
  /** The value, if it is plain data and shares no objects with others. */
  plain?: unknown;
  /** Otherwise the value's tree, as the value codec writes it, with tags for functions, classes and instances. */
  tree?: unknown;
}

/** Parameters of `output`. */
export interface OutputParams {
  /**
   * The cell that printed it, or that left the printing code running; if that is not known, the last cell that began.
   */
  cell: number;
  /** The stream it was printed to. */
  stream: OutputStream;
  /** The printed text. */
  text: string;
}

/** Parameters of `display`. */
export interface DisplayParams {
  /** The cell that displays it. */
  cell: number;
  /** The encoded MIME bundle. */
  bundle: unknown;
}

/** A displayed value by media type: text, JSON, or bytes. */
export type MimeBundle = Record<string, unknown>;

/** Parameters of `call`. */
export interface HostCallParams {
  /** The name of the host function. */
  name: string;
  /** The encoded list of arguments. */
  args: unknown;
  /**
   * The cell that made the call, or that left the calling code running; if that is not known, the last cell that began.
   */
  cell: number;
}

/** Parameters of `use`. */
export interface UseParams {
  /** The operation at the end of the path. */
  how: "call" | "read" | "iterate" | "write";
  /** The number of the lent object or function. */
  ref: number;
  /** The members on the way from the lent object. */
  path: string[];
  /** The encoded list of arguments of a call; of a write, the value. */
  args?: unknown;
  /** The cell that makes the request, if a cell does. */
  cell?: number;
}

/** Parameters of `release`. */
export interface ReleaseParams {
  /** The number of the lent object or function. */
  ref: number;
  /** How often the reference had arrived. */
  count: number;
}

/** The number of references on one side. */
export interface ReferenceCounts {
  /** Objects and functions for which the other side has stand-ins. */
  lent: number;
  /** Stand-ins for objects and functions that the other side has lent. */
  borrowed: number;
}

/** The two streams of a cell's output. */
export type OutputStream = "stdout" | "stderr";

/** A name in the namespace. */
export interface NamespaceEntry {
  /** The name. */
  name: string;
  /** A short description of the value: `number`, `Array(3)`, `function`, `class Light`. */
  type: string;
  /** Whether the name was declared with `const` or imported, so that it cannot be assigned to. */
  constant?: boolean;
}

/** A short description of a value. */
export interface ValueSummary {
  /** The kind of value, in a word or two. */
  type: string;
  /** The value as `console.log` shows it, shortened in the middle if it is long. */
  text: string;
}

/** One frame of an error's stack, as a place in the source of a cell. */
export interface CellFrame {
  /** The number of the cell. */
  cell: number;
  /** Line, from 1. */
  line: number;
  /** Column, from 1. */
  column: number;
  /** The function, as V8 names it: `area`, `Square.area`, `new Square`; absent for code outside of functions. */
  functionName?: string;
}

/** The error or other value that a cell threw. */
export interface CellErrorReport {
  /** The error's name, for example `TypeError`. */
  name: string;
  /** The error's message; for a thrown value that is not an error, the value as `console.log` shows it. */
  message: string;
  /** Its own properties, its causes, and the errors in it, a line each. */
  details?: string[];
  /** The stack as text: frames in cells and in the language, none in the kernel. */
  stack: string;
  /** Frames in cells, innermost first. */
  frames: CellFrame[];
}

/** The amount of output of a cell, and the end of what was not streamed. */
export interface OutputReport {
  /** The number of characters printed in total. */
  length: number;
  /** The last characters printed, if more were printed than streamed; otherwise empty. */
  tail: string;
}

/** The result of a cell. */
export interface CellReport {
  /** Whether the cell was stopped before its end. */
  stopped?: boolean;
  /** The error, if the cell threw one. */
  error?: CellErrorReport;
  /** The value of the cell, if it has one. */
  value?: ValueSummary;
  /** The output of the cell. */
  output: OutputReport;
  /** Names that were added, or whose value changed. */
  changed: NamespaceEntry[];
  /** All names, if the cell failed: an error about an unknown name lists similar ones. */
  names?: NamespaceEntry[];
}

/** Facts about the process that only the kernel knows. */
export interface KernelFacts {
  /** The version of Deno. */
  deno: string;
  /** Whether the operating system limits the memory of the process. */
  limited: boolean;
}

/** The kernel's second command line argument, where the operating system limits its memory. */
export const LIMITED = "limited";

/** The beginning of a line on stderr in which the kernel gives the reason for its end. */
export const LAST_WORDS = "cave-agent kernel: ";

/** The kernel's set-up; its first command line argument, as JSON. "No limit" is a number that is never reached. */
export interface KernelOptions {
  /** The id of the process that must be the kernel's parent. If absent, the parent at the start is taken. */
  host?: number;
  /** The members of `Deno` that cells keep. */
  denoMembers: string[];
  /** Specifiers that cells may import: exact, or prefixes that end in `/` or `*`. */
  imports: string[];
  /** Packages that cells may import, with their exact versions: `npm:lodash-es@4.17.21`. */
  packages: string[];
  /** Whether cells have WebAssembly. */
  wasm: boolean;
  /** Characters of a cell's output that are streamed as they are printed. */
  maxOutputChars: number;
  /** Largest frame in bytes, in both directions. */
  maxFrameBytes: number;
  /** Maximum memory of the whole process in bytes. A cell that takes more is stopped. */
  processMemoryBytes: number;
  /** Maximum number of pending host calls. */
  maxPendingCalls: number;
  /** Maximum number of references that one side lends the other. */
  maxReferences: number;
  /** Maximum number of pending timers of cells. */
  maxTimers: number;
}
