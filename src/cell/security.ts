/**
 * Rules for cells: those of the default sets one by one, with their options, and the checker that applies them.
 *
 * @example A rule set with one more forbidden function
 * ```ts
 * import { defaultRules, LocalRuntime } from "@cave/agent";
 * import { FunctionRule } from "@cave/agent/security";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = [...defaultRules(), new FunctionRule(["alert"])];
 * await using runtime = new LocalRuntime({ rules });
 * assertEquals((await runtime.execute(`alert("hi")`)).status, "refused");
 * ```
 *
 * @module
 */

export { FunctionRule } from "../security/rules/function_rule.ts";
export type { FunctionRuleOptions } from "../security/rules/function_rule.ts";
export { GlobalRule } from "../security/rules/global_rule.ts";
export type { GlobalRuleOptions } from "../security/rules/global_rule.ts";
export { ImportRule } from "../security/rules/import_rule.ts";
export type { ImportRuleOptions } from "../security/rules/import_rule.ts";
export { MemberRule } from "../security/rules/member_rule.ts";
export type { MemberRuleOptions } from "../security/rules/member_rule.ts";
export { RegexRule } from "../security/rules/regex_rule.ts";
export type { RegexRuleOptions } from "../security/rules/regex_rule.ts";
export type { CellPlace, RuleContext } from "../security/rule.ts";
export { SecurityChecker } from "../security/security_checker.ts";
export type { CheckedCell } from "../security/security_checker.ts";
export type { Violations } from "../security/violation.ts";
export type { CellNode, CellProgram } from "../syntax/cell_tree.ts";
export type { Position } from "../syntax/position.ts";
export { checkCell } from "./check_cell.ts";
export type { CheckCellOptions } from "./check_cell.ts";
