/**
 * Modules for the kernel: from their text to a cell that evaluates them, with declarations from their own TypeScript.
 *
 * @module
 */

import type {
  ClassDeclaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  FunctionDeclaration,
  ImportDeclaration,
  Program,
} from "acorn";
import { CellSyntaxError } from "../../cell/parse/cell_syntax_error.ts";
import { parseCell } from "../../cell/parse/parsed_cell.ts";
import { hindranceOfName } from "../../inject/identifier.ts";
import { type KernelExport, KernelModule } from "../../inject/kernel_module.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { LineIndex } from "../../syntax/position.ts";
import { visit } from "../../syntax/walk.ts";
import type { ModuleText } from "./_source_declaration.ts";
import { typesIn } from "./_source_gaps.ts";
import { type Declared, namesOf, unknownVariable } from "./_source_names.ts";

/** Options of {@linkcode defineKernelModule}. */
export interface KernelModuleOptions {
  /** The name of the module, for errors. @default "module.ts" */
  readonly name?: string | undefined;
  /** Whether the code may run in the process of the host, as cells of a `LocalRuntime` do. @default false */
  readonly trusted?: boolean | undefined;
}

const KERNEL_MODULE_OPTIONS: OptionNames<KernelModuleOptions> = { name: true, trusted: true };

/** Characters of a module. */
const MAX_MODULE_CHARS = 256 << 10;

/** Exports of a module. */
const MAX_EXPORTS = 200;

/**
 * Reads a module whose code runs in the kernel, under the rules and permissions of cells: `runtime.inject({ modules })`
 * evaluates it there, and its exports become names of cells. Nothing is run here. Their declarations are the module's own
 * TypeScript and comments.
 *
 * The module stands alone: it imports only what cells may import, has no `await` at the top level, and no syntax that is more
 * than types, such as enums. Its default export is left out. Exported names have the value that they have when the module
 * has been evaluated.
 *
 * @param source The text of the module.
 * @param options Its name, and whether it is trusted.
 * @throws {SyntaxError} If it is not TypeScript, or uses what such a module cannot use. The message has the line.
 *
 * @example Functions that run in the kernel
 * ```ts
 * import { DenoRuntime } from "@cave/agent";
 * import { defineKernelModule } from "@cave/agent/module";
 * import { assertEquals } from "@std/assert";
 *
 * const module = defineKernelModule(`
 *   /** Adds numbers. *\/
 *   export function sum(values: number[]): number {
 *     return values.reduce((a, b) => a + b, 0);
 *   }
 * `);
 * await using runtime = new DenoRuntime();
 * await runtime.inject({ modules: [module] });
 * const result = await runtime.execute("sum([1, 2, 3])");
 * assertEquals(result.status === "ok" && result.value?.text, "6");
 * const { functions } = await runtime.describe();
 * assertEquals(functions, ["/** Adds numbers. *\/\ndeclare function sum(values: number[]): number;"]);
 * ```
 */
export function defineKernelModule(
  source: string,
  options: KernelModuleOptions = {},
): KernelModule {
  checkOptions(options, { names: KERNEL_MODULE_OPTIONS, task: "define a module for the kernel" });
  const { name = "module.ts", trusted = false } = options;
  if (source.length > MAX_MODULE_CHARS) {
    throw new SyntaxError(
      `Cannot use the module ${name}: it has ${source.length} characters, more than ${MAX_MODULE_CHARS}`,
    );
  }
  const text = source.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  const reader = new ModuleReader(text, name);
  return new KernelModule({ name, trusted, cell: reader.cell, exports: reader.exports });
}

/** A change of the code. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

class ModuleReader {
  readonly exports = new Map<string, KernelExport>();
  readonly cell: string;
  readonly #name: string;
  readonly #text: ModuleText;
  readonly #edits: Edit[] = [];
  /** Local names by the names of exports. */
  readonly #locals = new Map<string, string>();
  readonly #declared = new Map<string, Declared>();

  constructor(given: string, name: string) {
    this.#name = name;
    const { source, code, program } = this.#parse(given);
    this.#text = { source, code };
    this.#checkAwait(program);
    let gaps = "";
    let end = 0;
    for (const node of program.body) {
      gaps += `${source.slice(end, node.start)}\n`;
      end = node.end;
      if (node.type === "ImportDeclaration") this.#import(node);
      else if (node.type === "ExportNamedDeclaration") this.#exportNamed(node);
      else if (node.type === "ExportDefaultDeclaration") this.#exportDefault(node);
      else if (node.type === "ExportAllDeclaration") throw this.#refusal(node.start, RE_EXPORT);
      else this.#declare(node, node.start);
    }
    const types = typesIn(`${gaps}${source.slice(end)}`);
    for (const [exported, local] of this.#locals) this.#describe(exported, { local, types });
    this.cell = this.#render();
  }

  #parse(given: string): ModuleText & { readonly program: Program } {
    try {
      const { code, program, transformed, toOriginal } = parseCell(given);
      // A text whose end looks like an object is read as one.
      if (transformed === true || toOriginal !== undefined || code.length !== given.length) {
        throw this.#refusal(0, MORE_THAN_TYPES);
      }
      return { source: given, code, program };
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error;
      const { message, position: { line, column } } = error;
      throw new SyntaxError(
        `Cannot use the module ${this.#name}:${line}:${column}: ${message}`,
        { cause: error },
      );
    }
  }

  /** Refuses `await` outside of functions: a module that waits would keep the kernel from starting. */
  #checkAwait(program: Program): void {
    visit(program, (node) => {
      if (/Function/.test(node.type)) return false;
      const waits = node.type === "AwaitExpression" ||
        node.type === "ForOfStatement" && node.await ||
        node.type === "VariableDeclaration" && String(node.kind) === "await using";
      if (waits) throw this.#refusal(node.start, "it has an `await` at the top level");
      if (node.type === "ReturnStatement") {
        throw this.#refusal(node.start, "it has a `return` outside of functions");
      }
      return true;
    });
  }

  #import(node: ImportDeclaration): void {
    const from = node.source.raw!;
    if (/^["']\.{0,2}\//.test(from)) throw this.#refusal(node.start, `it imports the file ${from}`);
    const names: string[] = [];
    let whole: string | undefined;
    for (const specifier of node.specifiers) {
      const local = specifier.local.name;
      if (specifier.type === "ImportNamespaceSpecifier") whole = local;
      else if (specifier.type === "ImportDefaultSpecifier") names.push(`default: ${local}`);
      else {
        const { imported } = specifier;
        const key = imported.type === "Identifier" ? imported.name : imported.raw!;
        names.push(`${key}: ${local}`);
      }
    }
    const loaded = `await import(${from})`;
    const text = whole === undefined
      ? names.length === 0 ? `${loaded};` : `const { ${names.join(", ")} } = ${loaded};`
      : `const ${whole} = ${loaded};${
        names.length === 0 ? "" : ` const { ${names.join(", ")} } = ${whole};`
      }`;
    this.#edits.push({ start: node.start, end: node.end, text: this.#lines(node, text) });
  }

  /** Keeps the line numbers of what follows. */
  #lines({ start, end }: { readonly start: number; readonly end: number }, text: string): string {
    return text + "\n".repeat(this.#text.code.slice(start, end).split("\n").length - 1);
  }

  #exportNamed(node: ExportNamedDeclaration): void {
    const { declaration, specifiers, source, start, end } = node;
    if (source != null) throw this.#refusal(start, RE_EXPORT);
    if (declaration != null) {
      this.#edits.push({ start, end: declaration.start, text: "" });
      for (const name of this.#declare(declaration, start)) {
        this.#export(name, { local: name, start });
      }
      return;
    }
    this.#edits.push({ start, end, text: this.#lines(node, ";") });
    for (const { local, exported } of specifiers) {
      if (local.type !== "Identifier" || exported.type !== "Identifier") continue;
      this.#export(exported.name, { local: local.name, start });
    }
  }

  #export(
    name: string,
    { local, start }: { readonly local: string; readonly start: number },
  ): void {
    if (name === "default") return;
    const hindrance = hindranceOfName(name);
    if (hindrance !== undefined) {
      throw this.#refusal(start, `it exports ${JSON.stringify(name)}: ${hindrance}`);
    }
    if (this.#locals.size >= MAX_EXPORTS) {
      throw this.#refusal(start, `it has more than ${MAX_EXPORTS} exports`);
    }
    this.#locals.set(name, local);
  }

  #exportDefault({ start, declaration }: ExportDefaultDeclaration): void {
    const isNamed = (declaration.type === "FunctionDeclaration" ||
      declaration.type === "ClassDeclaration") && declaration.id != null;
    const text = isNamed ? "" : "void ";
    this.#edits.push({ start, end: declaration.start, text });
    if (isNamed) this.#declare(declaration as FunctionDeclaration | ClassDeclaration, start);
  }

  /** Records the names of a statement, and returns them. */
  #declare(node: { readonly type: string }, start: number): string[] {
    const declared = namesOf(node, { start, text: this.#text });
    for (const [name, item] of declared) this.#declared.set(name, item);
    return [...declared.keys()];
  }

  #describe(
    exported: string,
    { local, types }: { readonly local: string; readonly types: readonly string[] },
  ): void {
    const { kind, declaration, description }: Declared = this.#declared.get(local) ??
      unknownVariable(local);
    const named = local === exported
      ? declaration
      : declaration.replace(/^(declare \w+ )[\p{ID_Continue}$]+/u, (_, head) => head + exported);
    const typeDeclarations = usedTypes(declaration, types);
    this.exports.set(exported, { kind, declaration: named, description, typeDeclarations });
  }

  #render(): string {
    const { code } = this.#text;
    let text = "";
    let end = 0;
    for (const edit of this.#edits) {
      text += code.slice(end, edit.start) + edit.text;
      end = edit.end;
    }
    text += code.slice(end);
    const returned = [...this.#locals].map(([name, local]) =>
      `[${JSON.stringify(name)}]: ${local}`
    );
    return `return await (async () => {${text}\nreturn { ${returned.join(", ")} };\n})();`;
  }

  #refusal(offset: number, reason: string): SyntaxError {
    const { line, column } = new LineIndex(this.#text?.code ?? "").at(offset);
    return new SyntaxError(`Cannot use the module ${this.#name}:${line}:${column}: ${reason}`);
  }
}

const RE_EXPORT = "it exports names of another module";

const MORE_THAN_TYPES =
  "it has syntax that is more than types, such as enums, namespaces or parameter properties";

/** Returns the declarations of types that a declaration uses, and those that these use. */
function usedTypes(declaration: string, types: readonly string[]): string[] {
  const named = new Map(types.map((text) => [TYPE_NAME.exec(text)?.[1] ?? "", text]));
  const used = new Set<string>();
  const queue = [declaration];
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    for (const [word] of text.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)) {
      const type = named.get(word);
      if (type === undefined || used.has(type)) continue;
      used.add(type);
      queue.push(type);
    }
  }
  return types.filter((type) => used.has(type));
}

const TYPE_NAME = /^(?:declare\s+)?(?:interface|type)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/u;
