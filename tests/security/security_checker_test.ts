import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkCell } from "../../src/cell/check_cell.ts";
import { MemberRule } from "../../src/security/rules/member_rule.ts";
import { FunctionRule } from "../../src/security/rules/function_rule.ts";
import { GlobalRule } from "../../src/security/rules/global_rule.ts";
import { ImportRule } from "../../src/security/rules/import_rule.ts";
import { RegexRule } from "../../src/security/rules/regex_rule.ts";
import type { Rule } from "../../src/security/rule.ts";
import { defaultRules } from "../../src/security/rules/rule_sets.ts";
import { SecurityChecker } from "../../src/security/security_checker.ts";

function places(source: string, ...rules: Rule[]): string[] {
  return checkCell(source, { rules, place: {} }).violations.map(({ line, column }) =>
    `${line}:${column}`
  );
}

const RULES: [rule: Rule, source: string, found: string[]][] = [
  [new ImportRule({ deny: ["node:fs", "npm:"] }), `import "node:fs"; import "node:os"`, ["1:8"]],
  [new ImportRule({ deny: ["npm:*"] }), `import "npm:a"; await import("npm" + ":b")`, [
    "1:8",
    "1:30",
  ]],
  [new ImportRule({ allow: ["a", "b/"] }), `import "a"; import "b/c"; import "b"; import "ab"`, [
    "1:34",
    "1:46",
  ]],
  [new ImportRule({ allow: ["*"] }), `import "node:fs"; import "x"`, ["1:8"]],
  [new ImportRule({ allow: ["a/*"], deny: ["a/b"] }), `import "a/c"; import "a/b"`, ["1:22"]],
  [new FunctionRule(["Math.random"]), `Math.random(); Math.random; roll(Math.random)`, [
    "1:6",
    "1:39",
  ]],
  [new FunctionRule([".exec"]), `db.exec("x"); db.query.exec\`x\`; db.exec; exec()`, [
    "1:4",
    "1:24",
  ]],
  [new FunctionRule([".exec"]), `const { exec } = db; exec("x"); db?.["ex" + "ec"]?.()`, [
    "1:22",
    "1:38",
  ]],
  [new FunctionRule(["fetch"]), `fetch("a"); page.fetch("b"); const fetch2 = fetch; fetch2("c")`, [
    "1:1",
    "1:52",
  ]],
  [new MemberRule(["secret"]), `a.secret = 1; a["sec" + "ret"]++; delete a?.secret`, [
    "1:3",
    "1:17",
    "1:45",
  ]],
  [
    new MemberRule(["secret"]),
    `const { secret: s } = a; ({ secret: s } = a); f({ secret: 1 })`,
    ["1:9", "1:29"],
  ],
  [
    new MemberRule(["secret"]),
    `Reflect.get(a, "secret"); "secret" in a; Object.hasOwn(a, "secret")`,
    ["1:16", "1:59"],
  ],
  [
    new MemberRule(["secret"]),
    `class A { #secret = 1; secret = this.#secret; get() { return this.secret } }`,
    ["1:67"],
  ],
  [new MemberRule(["secret"]), `a.b\n  .c\n  .secret`, ["3:4"]],
  [
    new GlobalRule(["crypto"]),
    `crypto.randomUUID(); const { crypto: c } = globalThis; typeof crypto`,
    ["1:1", "1:30"],
  ],
  [new GlobalRule(["Math.PI"]), `Math.PI; Math["P" + "I"]; const { PI } = Math; PI; Math.E`, [
    "1:6",
    "1:15",
    "1:35",
  ]],
  [new RegexRule(/drop/i), `// Drop\nconst x: "drop" = "DROP";`, ["1:4", "2:11", "2:20"]],
  [new RegexRule(/^b/gm), `a\nb\nb`, ["2:1", "3:1"]],
  [new RegexRule(/(?:)/y), `ab`, ["1:1", "1:2", "1:3"]],
];

for (const [rule, source, found] of RULES) {
  Deno.test(`${rule.constructor.name} reports its names in ${JSON.stringify(source)}`, () => {
    assertEquals(places(source, rule), found);
    // The same again: a rule keeps no state of a cell.
    assertEquals(places(source, rule), found);
  });
}

Deno.test("SecurityChecker.check() gives all violations of all rules, in order and without doubles", () => {
  const rules = [new MemberRule(["b"]), new GlobalRule(["a"]), new MemberRule(["b"])];
  assertEquals(places(`x.b;\na.b; a`, ...rules), ["1:3", "2:1", "2:3", "2:6"]);
});

Deno.test("SecurityChecker.check() leads to the source where TypeScript becomes JavaScript", () => {
  const source =
    `enum Color { Red, Green }\nclass P { constructor(private n: number) {} }\n  eval("1")`;
  assertEquals(places(source, ...defaultRules()), ["3:3"]);
});

Deno.test("SecurityChecker.check() lists at most 20 violations and counts the rest", () => {
  const { violations, omitted } = checkCell("eval;\n".repeat(50));
  assertEquals([violations.length, omitted], [20, 30]);
  assertEquals(violations.at(-1)!.line, 20);
});

Deno.test("SecurityChecker.check() refuses a cell for which a rule fails", () => {
  const failing: Rule = {
    name: "broken",
    check(node) {
      if (node.type === "Literal") throw new RangeError("no such thing");
    },
  };
  const { violations } = checkCell(`a.b;\nf(1, 2); eval`, { rules: [failing, ...defaultRules()] });
  assertEquals(violations.map(({ rule, line, column }) => [rule, line, column]), [
    ["broken", 2, 3],
    ["code-from-strings", 2, 10],
  ]);
  assertEquals(
    violations[0]!.message,
    "Cannot check the cell: the rule failed with RangeError: no such thing",
  );
});

Deno.test("SecurityChecker.check() refuses a cell for which a rule answers too late", () => {
  const late: Rule = { name: "late", check: () => Promise.resolve() };
  const { violations } = checkCell("1", { rules: [late] });
  assertEquals(violations.map(({ rule }) => rule), ["late"]);
});

Deno.test("SecurityChecker.check() shows a rule the nodes that it wants to see", () => {
  const seen: string[] = [];
  const check = ({ type }: { type: string }) => void seen.push(type);
  const source = "if (a) b.c();";
  checkCell(source, { rules: [{ name: "calls", nodes: ["CallExpression"], check }] });
  assertEquals(seen.splice(0), ["CallExpression"]);
  checkCell(source, { rules: [{ name: "all", check }] });
  assertEquals(seen, [
    "Program",
    "IfStatement",
    "Identifier",
    "ExpressionStatement",
    "CallExpression",
    "MemberExpression",
    "Identifier",
    "Identifier",
  ]);
});

Deno.test("SecurityChecker throws a TypeError for a value that is not a rule", () => {
  for (const rules of [{}, "strict", [null], [{ name: "x" }], [{ check() {} }]]) {
    assertThrows(() => new SecurityChecker(rules as Rule[]), TypeError, "Cannot use");
  }
});

Deno.test("checkCell() reports a syntax error as a violation", () => {
  const { violations } = checkCell("const a = 1;\nconst b = ;");
  assertEquals(violations.map(({ rule, line }) => [rule, line]), [["syntax", 2]]);
});

/** Cells that are as deep as they are long: none passes unchecked, and none makes the checker throw. */
const DEEP: [what: string, source: string, refused: boolean][] = [
  ["6,000 members", `a${".b".repeat(6_000)}`, true],
  ["6,000 blocks", "{".repeat(6_000) + "}".repeat(6_000), true],
  ["4,000 negations", `${"!".repeat(4_000)}a`, true],
  ["2,900 members", `a${".b".repeat(2_900)}`, false],
  ["2,900 members of eval", `eval${".b".repeat(2_900)}`, true],
  ["2,900 pieces of text", `x = "a"${` + "b"`.repeat(2_900)}`, false],
  ["1,400 calls", `a${"()".repeat(1_400)}`, false],
  ["1,400 choices", `x = ${"a ? b : ".repeat(1_400)}eval`, true],
  ["2,900 assignments", `${"a = ".repeat(2_900)}globalThis`, false],
  ["380 nested patterns", `const ${"[".repeat(380)}a = 1${"] = [1]".repeat(380)}`, false],
  ["390 nested functions", `${"a => ".repeat(390)}eval`, true],
  ["5,000 names for one another", names(5_000), false],
];

function names(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => `let n${i + 1} = n${i};`);
  return `let n0 = rows;\n${lines.join("\n")}\nn${count}.map()`;
}

for (const [what, source, refused] of DEEP) {
  Deno.test(`checkCell() comes to an end with ${what}`, () => {
    const { violations } = checkCell(source);
    assertEquals(violations.length > 0, refused);
    if (refused) assert(/nested too deep|code from strings/.test(violations[0]!.message));
  });
}

Deno.test("checkCell() refuses a cell whose names take too long to follow", () => {
  const assigned = Array.from({ length: 2_000 }, (_, i) => `a = b${i};`).join("\n");
  const { violations } = checkCell(`let a;\n${assigned}\n${"a.x;\n".repeat(2_000)}`);
  assert(violations.length > 0);
  for (const { message } of violations) {
    assert(message.includes("its names are assigned to too often"), message);
  }
});
