/**
 * Benchmarks of the processing of a model's text.
 *
 * @module
 */

import { defaultRules, strictRules } from "../mod.ts";
import { FenceParser } from "../src/cell/fence.ts";
import { SecurityChecker } from "../src/security/security_checker.ts";
import { compileCell } from "../src/cell/compile_cell.ts";
import { parseCell } from "../src/cell/parsed_cell.ts";
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
}
