/**
 * Benchmarks of the processing of a model's text.
 *
 * @module
 */

import { defaultRules, strictRules } from "../mod.ts";
import { FenceParser } from "../src/cell/fence/fence.ts";
import { SecurityChecker } from "../src/security/security_checker.ts";
import { compileCell } from "../src/cell/compile_cell.ts";
import { parseCell } from "../src/cell/parse/parsed_cell.ts";
import { CellSyntaxError } from "../src/cell/parse/cell_syntax_error.ts";
import { MAX_CELL_CHARS } from "../src/cell/parse/parsed_cell.ts";
import { parse as acornParse } from "acorn";
import { median, type Report, time } from "./measure.ts";

/** Measures the parser of replies, the compiler of cells and the rules. */
export async function parsers(report: Report): Promise<void> {
  const cell = `const total: number = rows.reduce((sum, row) => sum + row.n, 0);
function describe(name: string, { unit = "mm" }: { unit?: string } = {}) {
  return \`\${name}: \${total} \${unit}\`;
}
console.log(describe("rain"));`;
  const compile = median(await time(() => compileCell(cell), { times: 500, warmup: 200 }));
  report.add(
    { what: "compile a 5-line cell", value: compile, unit: "ms", aim: "< 0.5 ms" },
    compile < 0.5,
  );
  const long = Array.from(
    { length: 400 },
    (_, i) => cell.replace(/total|describe/g, (name) => `${name}${i}`),
  ).join("\n");
  const parsing = median(await time(() => parseCell(long), { times: 21, warmup: 5 }));
  const parsed = parseCell(long);
  for (const [what, rules] of [["default", defaultRules()], ["strict", strictRules()]] as const) {
    const checker = new SecurityChecker(rules);
    const check = () => checker.check(parsed, { imports: [] });
    const value = median(await time(check, { times: 21, warmup: 5 }));
    const floor = { what: "parsing it", value: parsing };
    report.add(
      { what: `${what} rules, a 2,000-line cell`, value, unit: "ms", floor, aim: "< 50 ms" },
      value < 50,
    );
  }
  const reply = `${
    "Some words about the task at hand.\n".repeat(30_000)
  }\`\`\`ts\n${cell}\n\`\`\`\n`;
  const parse = median(
    await time(() => {
      const parser = new FenceParser();
      // Pieces of the size in which replies arrive.
      for (let i = 0; i < reply.length; i += 12) parser.push(reply.slice(i, i + 12));
      parser.end();
    }, { times: 9, warmup: 2 }),
  );
  const rate = reply.length / 1e6 / (parse / 1000);
  report.add(
    { what: "fence parser, 12 characters a piece", value: rate, unit: "MB/s", aim: "> 5 MB/s" },
    rate > 5,
  );
  await largestCells(report);
}

/** Measures the compiler on cells of the largest size, beside one parse of the same text by acorn. */
async function largestCells(report: Report): Promise<void> {
  const filled = (line: (index: number) => string) => {
    let text = "";
    for (let i = 0; text.length < MAX_CELL_CHARS - 100; i++) text += `${line(i)}\n`;
    return text;
  };
  const statements = filled((i) => `const value${i} = compute(${i});`);
  const cells: [what: string, source: string][] = [
    ["statements", statements],
    ["an error at the end", `${statements}const x = = 1;`],
    ["an error within a function", `async function f() {\n${statements}const x = = 1;\n}`],
    ["functions", filled((i) => `function f${i}(){}`)],
    ["declarations", filled((i) => `let a${i}=1;`)],
    ["nested blocks", "{".repeat(399) + filled(() => "a;").slice(0, -1_000) + "}".repeat(399)],
  ];
  const options = { ecmaVersion: "latest", sourceType: "module" } as const;
  for (const [what, source] of cells) {
    const run = (action: () => unknown) => async () => {
      try {
        await action();
      } catch (error) {
        if (!(error instanceof SyntaxError) && !(error instanceof CellSyntaxError)) throw error;
      }
    };
    const times = { times: 3, warmup: 1 };
    const floor = {
      what: "one acorn parse",
      value: median(await time(run(() => acornParse(source, options)), times)),
    };
    const value = median(await time(run(() => compileCell(source)), times));
    report.add(
      { what: `compile the largest cell: ${what}`, value, unit: "ms", floor, aim: "< 1,000 ms" },
      value < 1_000,
    );
  }
}
