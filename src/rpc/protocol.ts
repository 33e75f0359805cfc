/**
 * What host and kernel say to each other, on one page. Values are encoded by the value codec; their bytes travel as
 * attachments of the same message.
 *
 * | method | direction | |
 * |---|---|---|
 * | `define` | host calls kernel | binds a name to a value, or names to host functions |
 * | `types` | host calls kernel | makes classes from their source and binds their names |
 * | `execute` | host calls kernel | runs a compiled cell and answers with a {@linkcode CellReport} |
 * | `interrupt` | host notifies kernel | stops the cell, if it waits; one that computes is sent {@linkcode HOST_SIGNALS} as well |
 * | `retrieve` | host calls kernel | answers with the value of a name |
 * | `names` | host calls kernel | answers with the names in the namespace |
 * | `outline` | host calls kernel | answers with a line about the value of each name, without its contents |
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
 * | `use` | both | calls, reads or iterates something that the other side has lent |
 * | `release` | both notify | gives back something that the other side has lent |
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

/** Parameters of `define` for host functions: there may be thousands, for which one message is enough. */
export interface DefineFunctionsParams {
  /** Their names in the namespace. */
  functions: string[];
}

/** Parameters of `outline`. */
export interface OutlineParams {
  /** Names in the namespace; the answer has `null` for those that there are not. */
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
  /** Leads from positions in `code` to positions in the source. */
  map: number[];
  /** Time limit in milliseconds; absent if there is none. The host sees to it; this is the engine's part. */
  timeoutMs?: number;
  /** Orders that the host has sent before: they are not for this cell. */
  orders?: number;
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
  /** The classes by name, and whether their instances are copied. */
  types: { name: string; copied: boolean }[];
}

/** Parameters of `retrieve`. */
export interface RetrieveParams {
  /** The name in the namespace. */
  name: string;
  /** Whether a reference is wanted, also to what would be copied. */
  reference: boolean;
  /** How long a promise is waited for, in milliseconds. Absent if there is no limit. */
  timeoutMs?: number;
}

/** Parameters of `snapshot`. */
export interface SnapshotParams {
  /** How large the snapshot may be, in bytes, roughly. Absent if there is no limit. */
  maxBytes?: number;
}

/** What stays out of a snapshot, or of a namespace that was restored. */
export interface LostName {
  /** The name in the namespace. */
  name: string;
  /** Why, as the end of a sentence: `socket.timer is a function inside a value`. */
  reason: string;
}

/** What is in a snapshot, and what is not. */
export interface SnapshotReport {
  /** The names that are in it. */
  names: NamespaceEntry[];
  /** The names that are not. */
  lost: LostName[];
}

/** Parameters of `restore`. */
export interface RestoreParams {
  /** Names that stay as they are. */
  except: string[];
}

/** What came of `restore`. */
export interface RestoreReport {
  /** Names that are back. */
  names: string[];
  /** Names that are not. */
  lost: LostName[];
}

/** A snapshot, as the first attachment holds it as JSON. The other attachments are the contents of its buffers. */
export interface SnapshotDocument {
  /** What was imported. */
  modules: ModuleImport[];
  /** The names, in the order in which they were first defined. */
  names: SnapshotEntry[];
}

/** A module, as it was imported. */
export interface ModuleImport {
  /** The specifier. */
  specifier: string;
  /** Import attributes. */
  attributes: Record<string, string>;
}

/** A name in a snapshot. */
export interface SnapshotEntry {
  /** The name in the namespace. */
  name: string;
  /** Whether it cannot be assigned to. */
  constant?: boolean;
  /** The value, if it is plain data and shares nothing with others. */
  plain?: unknown;
  /** Otherwise its tree: that of the value codec, with tags for functions, classes and their instances. */
  tree?: unknown;
  /** The number of the first object of the tree. */
  first?: number;
}

/** Parameters of `output`. */
export interface OutputParams {
  /** The cell that printed it, or that left running what did; where that is not known, the last one that began. */
  cell: number;
  /** Where it was printed. */
  stream: OutputStream;
  /** What was printed. */
  text: string;
}

/** Parameters of `display`. */
export interface DisplayParams {
  /** The cell that shows it. */
  cell: number;
  /** The encoded MIME bundle. */
  bundle: unknown;
}

/** A value as it is displayed, by media type: text, JSON, or bytes. */
export type MimeBundle = Record<string, unknown>;

/** Parameters of `call`. */
export interface HostCallParams {
  /** The name of the host function. */
  name: string;
  /** The encoded list of arguments. */
  args: unknown;
  /** The cell that called, or that left running what did; where that is not known, the last one that began. */
  cell: number;
}

/** Parameters of `use`. */
export interface UseParams {
  /** What is done at the end of the path. */
  how: "call" | "read" | "iterate";
  /** The number of what is lent. */
  ref: number;
  /** Members, from there on. */
  path: string[];
  /** The encoded list of arguments, if it is called. */
  args?: unknown;
  /** The cell that asks, if a cell does. */
  cell?: number;
}

/** Parameters of `release`. */
export interface ReleaseParams {
  /** The number of what was lent. */
  ref: number;
  /** How often it had arrived. */
  count: number;
}

/** How many references a side has. */
export interface ReferenceCounts {
  /** What the other side has stand-ins for. */
  lent: number;
  /** Stand-ins for what the other side has lent. */
  borrowed: number;
}

/** The two streams of a cell's output. */
export type OutputStream = "stdout" | "stderr";

/** A name in the namespace. */
export interface NamespaceEntry {
  /** The name. */
  name: string;
  /** What it stands for, in a word or two: `number`, `Array(3)`, `function`, `class Light`. */
  type: string;
  /** Whether it was declared with `const` or imported, so that it cannot be assigned to. */
  constant?: boolean;
}

/** A short account of a value. */
export interface ValueSummary {
  /** What it is, in a word or two. */
  type: string;
  /** The value as `console.log` shows it, cut in the middle where it is long. */
  text: string;
}

/** One place on the stack of an error, in the text of a cell. */
export interface CellFrame {
  /** The number of the cell. */
  cell: number;
  /** Line, from 1. */
  line: number;
  /** Column, from 1. */
  column: number;
}

/** What a cell threw. */
export interface CellErrorReport {
  /** The error's name, for example `TypeError`. */
  name: string;
  /** The error's message; for a thrown value that is no error, the value as `console.log` shows it. */
  message: string;
  /** The error that it stems from, in a line. */
  cause?: string;
  /** The stack as text: places in cells, places in the language, and nothing of the machinery. */
  stack: string;
  /** Places in cells, the innermost first. */
  frames: CellFrame[];
}

/** How much a cell printed, and the end of what was not sent while it happened. */
export interface OutputReport {
  /** Characters printed, all of them. */
  length: number;
  /** The last characters printed, if more were printed than was sent; else empty. */
  tail: string;
}

/** What came of a cell. */
export interface CellReport {
  /** Whether it was stopped before its end. */
  stopped?: boolean;
  /** What it threw, if it did. */
  error?: CellErrorReport;
  /** Its value, if it has one. */
  value?: ValueSummary;
  /** What it printed. */
  output: OutputReport;
  /** Names that stand for something that they did not stand for before. */
  changed: NamespaceEntry[];
  /** Every name, if it failed: an error for an unknown name lists those that are near. */
  names?: NamespaceEntry[];
}

/** What only the kernel knows of its process. */
export interface KernelFacts {
  /** The version of Deno. */
  deno: string;
  /** Whether the operating system limits its memory. */
  limited: boolean;
}

/** The kernel's second command line argument, where the operating system limits its memory. */
export const LIMITED = "limited";

/** What a line on stderr begins with in which the kernel says why it ends. */
export const LAST_WORDS = "cave-agent kernel: ";

/** How the kernel is set up; its first command line argument, as JSON. A limit that is none is a number never reached. */
export interface KernelOptions {
  /** The id of the process that has to be the kernel's parent; absent if that is whoever it is at the start. */
  host?: number;
  /** What stays of `Deno`. */
  denoMembers: string[];
  /** Specifiers that cells may import: exact, or prefixes that end in `/` or `*`. */
  imports: string[];
  /** Packages that cells may import, with their exact versions: `npm:lodash-es@4.17.21`. */
  packages: string[];
  /** Whether cells have WebAssembly. */
  wasm: boolean;
  /** Characters of a cell's output that are sent as they are printed. */
  maxOutputChars: number;
  /** Largest frame in bytes, both ways. */
  maxFrameBytes: number;
  /** Memory of the whole process in bytes. A cell that takes more is stopped. */
  processMemoryBytes: number;
  /** Calls of host functions that may be under way at once. */
  maxPendingCalls: number;
  /** Timers of cells that may be pending at once. */
  maxTimers: number;
}
