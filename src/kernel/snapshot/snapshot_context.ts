/**
 * The parts of a kernel from which snapshots are written, and into which they are read.
 *
 * @module
 */

import type { FunctionSources } from "./function_source.ts";
import type { Intrinsics } from "./intrinsics.ts";
import type { Modules } from "../namespace/modules.ts";
import type { Namespace } from "../namespace/namespace.ts";

/** The parts from which a namespace is written, and into which it is read. */
export interface SnapshotContext {
  /** The names. */
  readonly namespace: Namespace;
  /** The sources of functions. */
  readonly sources: FunctionSources;
  /** The imported modules. */
  readonly modules: Modules;
  /** Returns whether a value stands for something of the host. */
  readonly isReference: (value: object) => boolean;
  /** Built-ins by their path. */
  readonly intrinsics: Intrinsics;
}
