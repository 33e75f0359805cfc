import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

Deno.test({
  name: "deno.lock is committed together with what changes it",
  // An archive of the sources has no history to compare with.
  ignore: (await git("rev-parse", "--git-dir")) === undefined,
  async fn() {
    // `deno task` updates the lock before the gate starts, so that `--frozen` alone comes too late. If the lock is the
    // only change, it was not committed together with its cause.
    const changes = (await git("status", "--porcelain"))?.split("\n").filter(Boolean);
    const isLeftBehind = changes?.length === 1 && changes[0]!.endsWith(" deno.lock");
    assertEquals(isLeftBehind, false, "deno.lock was out of date and is now right: commit it");
  },
});

async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: ROOT }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
