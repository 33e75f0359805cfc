/**
 * The types that runtimes and results of cells are made of, for code that names them.
 *
 * @module
 */

export type { CallArguments, CallResult, DescribeOptions } from "./runtime.ts";
export type {
  CellFailure,
  CellKernelExit,
  CellRefusal,
  CellResultBase,
  CellStopped,
  CellSuccess,
  LateOutput,
} from "./cells/cell_result.ts";
export type { CellFrame, LostName, OutputReport, OutputStream, UnawaitedCall } from "./runtime.ts";
export type { AcquireOptions, PooledRuntimeOptions } from "./kernel_pool.ts";
export type { KernelLimits } from "../limits/kernel_limits.ts";
export type { ProcessLimits } from "../limits/process_limits.ts";
export type { SandboxCommand, SandboxKind } from "../host/launch/sandbox/sandbox.ts";
export type { AroundCall, CellCall } from "./cells/execute_options.ts";
export { CallRefusedError } from "../inject/approval.ts";
export type { Approval } from "../inject/approval.ts";
export type { CallEffect, Effects } from "../inject/effect.ts";
export { Definition } from "../inject/definition.ts";
export type { DefinitionOptions } from "../inject/definition.ts";
export type { AnyFunction, FunctionOf, Functions } from "../inject/host_function.ts";
export type { TypeKind } from "../inject/host_type.ts";
export type { ValuesOf } from "../inject/host_variable.ts";
export type { SchemaIssue, SchemaResult } from "../inject/schema.ts";
export type { Permission, PermissionLists } from "../security/permissions/permissions.ts";
