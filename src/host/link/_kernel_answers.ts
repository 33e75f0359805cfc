/** Readers for the kernel's answers. A kernel is not trusted: an answer of any other shape is read as `undefined`. */

import type {
  CellReport,
  KernelFacts,
  NamespaceEntry,
  ReferenceCounts,
  RestoreReport,
  SnapshotReport,
} from "../../rpc/protocol.ts";

/** Returns whether a value has the expected shape. */
type Check = (value: unknown) => boolean;

/** Reads the answer to `execute`. */
export function readCellReport(value: unknown): CellReport | undefined {
  return isCellReport(value) ? value as CellReport : undefined;
}

/** Reads the answer to `names`. */
export function readEntries(value: unknown): NamespaceEntry[] | undefined {
  return areEntries(value) ? value as NamespaceEntry[] : undefined;
}

/** Reads the answer to `outline`. */
export function readOutlines(value: unknown): (string | null)[] | undefined {
  const areOutlines = listOf((line) => line === null || isText(line));
  return areOutlines(value) ? value as (string | null)[] : undefined;
}

/** Reads the answer to `snapshot`. */
export function readSnapshotReport(value: unknown): SnapshotReport | undefined {
  return isSnapshotReport(value) ? value as SnapshotReport : undefined;
}

/** Reads the answer to `restore`. */
export function readRestoreReport(value: unknown): RestoreReport | undefined {
  return isRestoreReport(value) ? value as RestoreReport : undefined;
}

/** Reads the answer to `references`. */
export function readCounts(value: unknown): ReferenceCounts | undefined {
  return areCounts(value) ? value as ReferenceCounts : undefined;
}

/** Reads the answer to `about`. */
export function readFacts(value: unknown): KernelFacts | undefined {
  return areFacts(value) ? value as KernelFacts : undefined;
}

const areFacts = record({ deno: isText, limited: isFlag });
const areEntries = listOf(record({ name: isText, type: isText }, { constant: isFlag }));
const areLost = listOf(record({ name: isText, reason: isText }));
const isSnapshotReport = record({ names: areEntries, lost: areLost });
const isRestoreReport = record({ names: listOf(isText), lost: areLost });
const areCounts = record({ lent: isCount, borrowed: isCount });
const areFrames = listOf(
  record({ cell: isCount, line: isCount, column: isCount }, { functionName: isText }),
);
const isError = record(
  { name: isText, message: isText, stack: isText, frames: areFrames },
  { details: listOf(isText) },
);
const isCellReport = record(
  { output: record({ length: isCount, tail: isText }), changed: areEntries },
  {
    stopped: isFlag,
    error: isError,
    value: record({ type: isText, text: isText }),
    names: areEntries,
  },
);

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isFlag(value: unknown): boolean {
  return typeof value === "boolean";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && value as number >= 0;
}

function listOf(item: Check): Check {
  return (value) => Array.isArray(value) && value.every(item);
}

function record(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    const own = value as Record<string, unknown>;
    return Object.entries(required).every(([key, check]) =>
      Object.hasOwn(own, key) && check(own[key])
    ) && Object.entries(optional).every(([key, check]) =>
      !Object.hasOwn(own, key) || check(own[key])
    );
  };
}
