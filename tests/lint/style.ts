/**
 * A lint plugin for those style rules of the project that a machine can check. `deno lint` loads it through
 * `deno.json`; CONTRIBUTING.md has the rules in words.
 *
 * @module
 */

import { explainForbiddenImport, PURE_ROOMS, roomOf } from "./rooms.ts";

type Context = Deno.lint.RuleContext;
type Parameter = Deno.lint.Parameter;
type Callable =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.TSDeclareFunction
  | Deno.lint.TSEmptyBodyFunctionExpression;

const ROOT = new URL("../../", import.meta.url);
const FORBIDDEN_NAMES = new Set(["util", "utils", "type", "types", "helper", "helpers", "index"]);
const SNAKE_CASE = /^_?[a-z0-9]+(?:_[a-z0-9]+)*$/;
const OPEN_ENDS = /\b(?:TODO|FIXME|XXX)\b/;
/** Beginnings of comments that leave the reader to guess what is described, or who acts. */
const VAGUE_BEGINNING = /^[\s*]*Wh(?:at|o)(?:ever)?\b/;
const RIDDLES = [
  /\bwhoever\b/i,
  /\bwhat (?:came|comes|became|becomes) of\b/i,
  /\b(?:is|are|was|were) told\b(?! apart)/i,
];
const MAX_POSITIONAL = 2;
const MAX_CODE_LINES = 250;

const plugin: Deno.lint.Plugin = {
  name: "style",
  rules: {
    "file-name": { create: checkFileName },
    "file-length": { create: checkFileLength },
    "no-enum": { create: checkEnums },
    "function-declaration": { create: checkFunctionDeclarations },
    "parameters": { create: checkParameters },
    "no-private-keyword": { create: checkPrivateKeyword },
    "exports-by-name": { create: checkExports },
    "no-open-ends": { create: checkComments },
    "plain-comments": { create: checkRiddles },
    "arrows": { create: checkArrows },
    "pure-rooms": { create: checkPureRooms },
  },
};

export default plugin;

function checkFileName(context: Context): Deno.lint.LintVisitor {
  return {
    Program(node) {
      const stem = pathOf(context).split("/").at(-1)!.replace(/(?:\.d)?\.[mc]?[jt]sx?$/, "");
      if (!SNAKE_CASE.test(stem)) {
        context.report({ node, message: `File name "${stem}" is not snake_case` });
      }
      if (FORBIDDEN_NAMES.has(stem.replace(/^_/, ""))) {
        context.report({
          node,
          message: `File name "${stem}" says nothing`,
          hint: "Name the file after the one concept that it holds",
        });
      }
    },
  };
}

function checkFileLength(context: Context): Deno.lint.LintVisitor {
  if (!isPackageCode(context)) return {};
  return {
    Program(node) {
      const lines = context.sourceCode.text.split("\n");
      const count = lines.filter((line) => !/^\s*(?:\/\/|\/\*|\*|$)/.test(line)).length;
      if (count <= MAX_CODE_LINES) return;
      context.report({
        node,
        message: `${count} lines of code are more than ${MAX_CODE_LINES}`,
        hint: "Find the concept that deserves a file of its own",
      });
    },
  };
}

function checkEnums(context: Context): Deno.lint.LintVisitor {
  return {
    TSEnumDeclaration(node) {
      context.report({ node, message: "An enum", hint: "Use a union of literals" });
    },
  };
}

function checkFunctionDeclarations(context: Context): Deno.lint.LintVisitor {
  return {
    VariableDeclarator(node) {
      const declaration = node.parent;
      const holder = declaration.parent;
      const isTopLevel = holder.type === "Program" || holder.type === "ExportNamedDeclaration";
      const isFunction = node.init?.type === "ArrowFunctionExpression" ||
        node.init?.type === "FunctionExpression";
      const isTyped = node.id.type === "Identifier" && node.id.typeAnnotation !== undefined;
      if (!isTopLevel || !isFunction || isTyped) return;
      context.report({
        node,
        message: "A function in a top-level variable",
        hint: "Write a function declaration",
      });
    },
  };
}

function checkParameters(context: Context): Deno.lint.LintVisitor {
  if (!isPackageCode(context)) return {};
  return {
    Program(program) {
      for (const callable of exportedCallables(program)) checkOne(callable);
    },
  };

  function checkOne(callable: Callable): void {
    const parameters = callable.params.map(unwrap).filter((parameter) => !isThis(parameter));
    for (const parameter of parameters) {
      if (!isBoolean(parameter)) continue;
      context.report({
        node: parameter,
        message: "A positional boolean",
        hint: "A reader of the call cannot tell what it means: move it into the options",
      });
    }
    const surplus = parameters.slice(MAX_POSITIONAL).filter((parameter, index) =>
      parameter.type !== "RestElement" && !(index === 0 && isOptionsBag(parameter))
    );
    if (surplus.length === 0) return;
    context.report({
      node: surplus[0]!,
      message: `More than ${MAX_POSITIONAL} positional parameters`,
      hint: "Move the others into a last parameter named `options`",
    });
  }
}

/** Returns what importers can call: exported functions, and constructors and methods of exported classes. */
function exportedCallables(program: Deno.lint.Program): Callable[] {
  const names = new Set<string>();
  for (const statement of program.body) {
    if (statement.type !== "ExportNamedDeclaration" || statement.source) continue;
    for (const { local } of statement.specifiers) {
      if (local.type === "Identifier") names.add(local.name);
    }
  }
  return program.body.flatMap((statement) => {
    const isExport = statement.type === "ExportNamedDeclaration" ||
      statement.type === "ExportDefaultDeclaration";
    const declaration = isExport ? statement.declaration : statement;
    switch (declaration?.type) {
      case "FunctionDeclaration":
      case "TSDeclareFunction":
        return isExport || names.has(declaration.id?.name ?? "") ? [declaration] : [];
      case "ClassDeclaration":
        return isExport || names.has(declaration.id?.name ?? "")
          ? publicMethods(declaration.body)
          : [];
      default:
        return [];
    }
  });
}

function publicMethods(body: Deno.lint.ClassBody): Callable[] {
  return body.body.flatMap((member) => {
    const isMethod = member.type === "MethodDefinition" ||
      member.type === "TSAbstractMethodDefinition";
    if (!isMethod || member.kind === "set" || member.key.type === "PrivateIdentifier") return [];
    return [member.value];
  });
}

function unwrap(parameter: Parameter): Exclude<Parameter, Deno.lint.TSParameterProperty> {
  return parameter.type === "TSParameterProperty" ? parameter.parameter : parameter;
}

function isThis(parameter: Parameter): boolean {
  return parameter.type === "Identifier" && parameter.name === "this";
}

function isBoolean(parameter: Parameter): boolean {
  if (parameter.type === "AssignmentPattern") {
    const isFlag = parameter.right.type === "Literal" &&
      typeof parameter.right.value === "boolean";
    return isFlag || isBoolean(parameter.left as Parameter);
  }
  if (parameter.type !== "Identifier") return false;
  const type = parameter.typeAnnotation?.typeAnnotation;
  return type?.type === "TSBooleanKeyword" ||
    type?.type === "TSUnionType" && type.types.some((part) => part.type === "TSBooleanKeyword");
}

function isOptionsBag(parameter: Parameter): boolean {
  if (parameter.type === "AssignmentPattern") return isOptionsBag(parameter.left as Parameter);
  if (parameter.type === "ObjectPattern") return true;
  return parameter.type === "Identifier" && /^_?options$|Options$/.test(parameter.name);
}

function checkPrivateKeyword(context: Context): Deno.lint.LintVisitor {
  function check(node: Deno.lint.Node): void {
    // Parameter properties come without their accessibility, so the text decides for all of them.
    if (!/^private\s/.test(context.sourceCode.getText(node))) return;
    context.report({
      node,
      message: "The `private` keyword",
      hint: "Use a #private name, which is private at run time as well",
    });
  }
  return {
    MethodDefinition: check,
    PropertyDefinition: check,
    TSAbstractMethodDefinition: check,
    TSAbstractPropertyDefinition: check,
    TSParameterProperty: check,
  };
}

function checkExports(context: Context): Deno.lint.LintVisitor {
  // The one module whose consumer wants a default export is this one.
  if (pathOf(context) === "tests/lint/style.ts") return {};
  const message = "A default export";
  const hint = "Export by name";
  return {
    ExportDefaultDeclaration(node) {
      context.report({ node, message, hint });
    },
    ExportSpecifier(node) {
      if (context.sourceCode.getText(node.exported) !== "default") return;
      context.report({ node, message, hint });
    },
    ExportAllDeclaration(node) {
      context.report({ node, message: "An export of everything", hint: "Re-export name by name" });
    },
  };
}

function checkComments(context: Context): Deno.lint.LintVisitor {
  return {
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const mark = OPEN_ENDS.exec(comment.value)?.[0];
        if (mark === undefined) continue;
        const hint = "Do it now, or open an issue";
        context.report({ range: comment.range, message: `A comment marked ${mark}`, hint });
      }
    },
  };
}

function checkRiddles(context: Context): Deno.lint.LintVisitor {
  return {
    Program() {
      for (const { range, value } of context.sourceCode.getAllComments()) {
        const text = value.replaceAll(/\s*\n\s*\*?\s*/g, " ");
        const found = [VAGUE_BEGINNING, ...RIDDLES].map((riddle) => riddle.exec(text)?.[0])
          .find((match) => match !== undefined);
        if (found === undefined) continue;
        context.report({
          range,
          message: `A comment with "${found.replace(/^[\s*]+/, "")}"`,
          hint: "Name the thing that is described and the part of the program that acts",
        });
      }
    },
  };
}

function checkArrows(context: Context): Deno.lint.LintVisitor {
  const from = pathOf(context);
  function check(node: Deno.lint.Node, specifier: unknown): void {
    if (typeof specifier !== "string" || !/^\.{0,2}\//.test(specifier)) return;
    const target = new URL(specifier, new URL(from, ROOT)).href;
    const message = explainForbiddenImport(from, target.replace(ROOT.href, ""));
    if (message !== undefined) context.report({ node, message });
  }
  return {
    ImportDeclaration: (node) => check(node, node.source.value),
    ExportNamedDeclaration: (node) => check(node, node.source?.value),
    ExportAllDeclaration: (node) => check(node, node.source.value),
    ImportExpression(node) {
      if (node.source.type === "Literal") check(node, node.source.value);
    },
    TSImportType(node) {
      const { argument } = node;
      if (argument.type !== "TSLiteralType" || argument.literal.type !== "Literal") return;
      check(node, argument.literal.value);
    },
  };
}

function checkPureRooms(context: Context): Deno.lint.LintVisitor {
  const room = roomOf(pathOf(context));
  if (room === undefined || !PURE_ROOMS.has(room)) return {};
  return {
    Identifier(node) {
      if (node.name !== "Deno") return;
      const isKey = node.parent.type === "Property" && node.parent.key === node;
      if (isKey) return;
      context.report({ node, message: `A use of Deno in src/${room}, which does no I/O` });
    },
  };
}

/** The linted file relative to the root of the repository, with `/`. */
function pathOf(context: Context): string {
  const normal = context.filename.replaceAll("\\", "/");
  const root = decodeURIComponent(ROOT.pathname);
  return normal.startsWith(root) ? normal.slice(root.length) : normal;
}

function isPackageCode(context: Context): boolean {
  const path = pathOf(context);
  return path === "mod.ts" || path.startsWith("src/");
}
