/**
 * The steps of the gate: commands, time limits, and how to correct failures.
 *
 * @module
 */

import project from "../../deno.json" with { type: "json" };

/** One step of the gate. */
export interface Step {
  /** Its name in the report. */
  name: string;
  /** The arguments for `deno`. */
  args: string[];
  /** How to correct a failure, for people. */
  fix: string;
  /** Time limit in milliseconds. */
  timeoutMs: number;
  /** Whether it runs tests, which are counted one by one and run without other steps beside them. */
  runsTests?: boolean;
  /** Whether to start a model server: the code blocks are what users run, and they ask a model. */
  asksModel?: boolean;
}

const MINUTE_MS = 60_000;
const TEST = ["test", "--allow-all", "--parallel", "--frozen", "--reporter=dot"];
const OUTDATED_LOCK = "if deno.lock is out of date, run `deno install` and commit it";
const FIX_TESTS = "make the tests above pass; `deno task test FILE` runs one file alone";

/** The step "types" has checked these files already. */
export function allSteps(root: URL): Step[] {
  const entries = Object.values(project.exports);
  const documented = [
    ...["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "AGENTS.md"],
    ...["mod.ts", "src", "docs", "examples", "skills"],
  ];
  return [
    {
      name: "types",
      args: ["check", "--frozen"],
      fix: `correct the types above; ${OUTDATED_LOCK}`,
      timeoutMs: 5 * MINUTE_MS,
    },
    {
      name: "format",
      args: ["fmt", "--check"],
      fix: "run `deno fmt`",
      timeoutMs: MINUTE_MS,
    },
    {
      name: "lint",
      args: ["lint"],
      fix: "change the lines above; CONTRIBUTING.md has the reasons for the rules `style/...`",
      timeoutMs: MINUTE_MS,
    },
    {
      name: "documentation",
      args: ["doc", "--lint", ...entries],
      fix: "document the exports above, and export the types that they mention",
      timeoutMs: 2 * MINUTE_MS,
    },
    {
      name: "package",
      // Types are checked by "types"; this step still refuses slow types.
      args: ["publish", "--dry-run", "--allow-dirty", "--frozen", "--no-check"],
      fix: "make `deno publish --dry-run --allow-dirty` pass; see `publish` in deno.json",
      timeoutMs: 5 * MINUTE_MS,
    },
    {
      name: "tests",
      // The step "types" has checked these files already.
      args: [...TEST, "--no-check", "tests"],
      fix: FIX_TESTS,
      timeoutMs: 15 * MINUTE_MS,
      runsTests: true,
    },
    {
      name: "doc tests",
      args: [...TEST, "--doc", ...documented.filter((path) => exists(new URL(path, root)))],
      fix: "correct the code blocks above, in Markdown and in doc comments",
      timeoutMs: 5 * MINUTE_MS,
      runsTests: true,
      asksModel: true,
    },
  ];
}

/** Returns the single step of a gate for some files: their tests, and their code blocks. */
export function stepFor(args: string[]): Step {
  const hasDocumentation = args.some((arg) =>
    /\.md$|^(?:\.\/)?(?:mod\.ts|src|docs|skills)/.test(arg)
  );
  return {
    name: "tests",
    args: [...TEST, ...(hasDocumentation ? ["--doc"] : []), ...args],
    fix: FIX_TESTS,
    timeoutMs: 15 * MINUTE_MS,
    runsTests: true,
    asksModel: hasDocumentation,
  };
}

function exists(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
