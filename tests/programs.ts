/**
 * Programs that some tests need and that a system may lack: `programs.json` lists them with the Debian packages that have
 * them, which `.ci/run` installs. Elsewhere, the tests that need a missing program are skipped with the reason.
 *
 * @module
 */

import packages from "./programs.json" with { type: "json" };

/**
 * Runs a program to find out whether tests can use it.
 *
 * @param program The name of the program.
 * @param args Arguments with which it succeeds and does nothing.
 * @returns The reason to skip tests that need it, or `undefined` if it works.
 */
export function hindranceOf(
  program: keyof typeof packages,
  args: string[] = ["--version"],
): string | undefined {
  try {
    const { success, stderr } = new Deno.Command(program, { args }).outputSync();
    const reason = new TextDecoder().decode(stderr).trim().split("\n")[0];
    return success ? undefined : `${program} does not work here: ${reason}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `${program} is missing: run \`apt-get install ${packages[program]}\``;
  }
}

/**
 * Skips a test if there is a hindrance.
 *
 * @param hindrance The reason to skip it, which the gate prints; `undefined` if there is none.
 * @param test The test.
 */
export function unless(
  hindrance: string | undefined,
  test: Deno.TestDefinition,
): Deno.TestDefinition {
  if (hindrance === undefined) return test;
  return { ...test, name: `${test.name} (skipped: ${hindrance})`, ignore: true };
}
