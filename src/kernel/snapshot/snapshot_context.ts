/**
 * What snapshots are made of.
 *
 * @module
 */

import type { FunctionSources } from "./function_source.ts";
import type { Intrinsics } from "./intrinsics.ts";
import type { Modules } from "../namespace/modules.ts";
import type { Namespace } from "../namespace/namespace.ts";

/** What a namespace is written from and read into. */
export interface SnapshotContext {
  /** The names. */
  readonly namespace: Namespace;
  /** The sources of functions. */
  readonly sources: FunctionSources;
  /** What was imported. */
  readonly modules: Modules;
  /** Whether a value stands for something of the host. */
  readonly isReference: (value: object) => boolean;
  /** Built-ins by their path. */
  readonly intrinsics: Intrinsics;
}
