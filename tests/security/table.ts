/**
 * The table in SECURITY.md. `deno task attacks` runs the attacks, records the outcomes, and writes the table.
 *
 * @module
 */

import { ATTACKS } from "./_attack.ts";
import {
  attackWall,
  type Grade,
  gradeOf,
  type Outcomes,
  RECORDED,
  type Wall,
  WALLS,
} from "./_walls.ts";

const DOCUMENT = new URL("../../SECURITY.md", import.meta.url);
const OUTCOMES = new URL("outcomes.json", import.meta.url);
const TABLE = /(?<=<!-- attacks -->\n\n)[\s\S]*?(?=\n\n<!-- \/attacks -->)/;

/** The targets of each class of attacks. */
const SUBJECTS: Readonly<Record<string, string>> = {
  "ast-bypass": "Code from strings, dynamic imports, obfuscated calls, reflection",
  "permission": "Files, network, programs, environment, storage",
  "channel": "The pipes to the host, overridden built-ins, hostile results",
  "membrane": "What the host hands in, and what lies behind it",
  "realm-escape": "Objects of the kernel behind those of the cell",
  "resource": "Memory, processor, threads, timers",
  "lifecycle": "Ending, stalling or outliving the kernel",
  "benign": "Honest cells",
};

/** Attacks that write to Deno's cache folder, which needs no permission. */
const STORAGE: ReadonlySet<string> = new Set([
  "perm-cache-disk-fill",
  "perm-localstorage-persist",
  "out-write-storage",
  "out-write-cache",
]);

/** Returns the document with an updated table. */
export function withTable(document: string, outcomes: Outcomes): string {
  return document.replace(TABLE, () => tableOf(outcomes));
}

/** Reads the document. */
export function readDocument(): Promise<string> {
  return Deno.readTextFile(DOCUMENT);
}

function tableOf(outcomes: Outcomes): string {
  const rows = Object.entries(SUBJECTS).map(([group, subject]) => {
    const attacks = ATTACKS.filter((attack) => attack.class === group);
    const count = (wall: Wall, grade: Grade) =>
      attacks.filter(({ id }) => outcomes[id]?.[wall] === grade).length;
    return [
      subject,
      attacks.length,
      count("all", "refused"),
      count("all", "reached"),
      count("engine", "reached"),
      count("permissions", "reached"),
      attacks.filter(({ id }) => STORAGE.has(id) && outcomes[id]?.permissions === "reached").length,
    ];
  });
  const total = rows[0]!.map((_, i) =>
    i === 0 ? "All" : rows.reduce((sum, row) => sum + Number(row[i]), 0)
  );
  const header = [
    "What the cells try",
    "Cells",
    "Refused by the default rules",
    "Reached, all walls",
    "Reached, without rules",
    "Reached, permissions alone",
    "Of these outside the kernel",
  ];
  const lines = [header, header.map((_, i) => i === 0 ? "---" : "--:"), ...rows, total];
  return padded(lines.map((line) => line.map(String)));
}

function padded(lines: string[][]): string {
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines.map((line) => {
    const cells = line.map((cell, i) => {
      if (cell === "---") return "-".repeat(widths[i]!);
      if (cell === "--:") return `${"-".repeat(widths[i]! - 1)}:`;
      return i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
    });
    return `| ${cells.join(" | ")} |`;
  }).join("\n");
}

if (import.meta.main) {
  const outcomes: Outcomes = {};
  for (const { id } of ATTACKS) {
    outcomes[id] = { all: "contained", engine: "contained", permissions: "contained" };
  }
  for (const wall of WALLS) {
    for (const [{ id }, outcome] of await attackWall(wall)) {
      const grade = gradeOf(outcome);
      const before = RECORDED[id]?.[wall];
      if (grade !== before) console.log(`${id}, ${wall}: ${before ?? "new"} -> ${grade}`);
      outcomes[id]![wall] = grade;
    }
  }
  const lines = Object.entries(outcomes).map(([id, grades]) =>
    `  ${JSON.stringify(id)}: ${
      JSON.stringify(grades).replaceAll(/([:,])/g, "$1 ").replace("{", "{ ").replace("}", " }")
    }`
  );
  await Deno.writeTextFile(OUTCOMES, `{\n${lines.join(",\n")}\n}\n`);
  await Deno.writeTextFile(DOCUMENT, withTable(await readDocument(), outcomes));
}
