/**
 * Benchmark of the search for skills at the start of a program.
 *
 * @module
 */

import { discoverSkills } from "../src/skills/discover_skills.ts";
import { median, type Report, timeInTurns } from "./measure.ts";

/** Skills that are read. */
const COUNT = 1_000;

/** Instructions of the median length of real ones: 98 lines. */
const BODY = "Do it, and check the result before you go on.\n".repeat(98);

/** Measures the discovery of skills, beside reading the same files. */
export async function skills(report: Report): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const names = Array.from({ length: COUNT }, (_, i) => `skill-${i}`);
    for (const name of names) {
      await Deno.mkdir(`${folder}/${name}`);
      const description = `Does ${name}. Use for tasks of that kind.`;
      const text = `---\nname: ${name}\ndescription: ${description}\n---\n${BODY}`;
      await Deno.writeTextFile(`${folder}/${name}/SKILL.md`, text);
    }
    const discover = async () => {
      const { skills, diagnostics } = await discoverSkills([folder], { mode: "strict" });
      if (skills.length !== COUNT || diagnostics.length > 0) throw new Error("Skills are missing");
    };
    const read = () => names.map((name) => Deno.readTextFileSync(`${folder}/${name}/SKILL.md`));
    const [found, plain] = await timeInTurns([discover, read], { times: 9, warmup: 2 });
    const value = median(found!);
    const floor = { what: "reading the same files", value: median(plain!) };
    report.add(
      { what: "1,000 skills at start-up", value, unit: "ms", floor, aim: "< 300 ms" },
      value < 300,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
