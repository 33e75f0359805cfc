/**
 * Modules as injections: those of the host, and those whose code runs in the kernel.
 *
 * @module
 */

export {
  defineModule,
  type ModuleDefinitions,
  type ModuleFunctions,
  type ModuleOptions,
  type ModuleVariables,
} from "./define_module.ts";
export { defineKernelModule, type KernelModuleOptions } from "./define_kernel_module.ts";
export {
  type KernelExport,
  KernelModule,
  type KernelModuleParts,
} from "../../inject/kernel_module.ts";
