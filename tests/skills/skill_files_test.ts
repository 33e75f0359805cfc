import { assert, assertEquals, assertThrows } from "@std/assert";
import { SkillError } from "../../src/skills/parse/skill_error.ts";
import { readFileInside, readInside } from "../../src/skills/skill_files.ts";

const ROUNDS = 3_000;

Deno.test("readFileInside() never reads what a link means that replaces a path meanwhile", async () => {
  const base = await Deno.realPath(await Deno.makeTempDir());
  const [directory, outside] = [`${base}/skill`, `${base}/outside`];
  await Deno.mkdir(`${directory}/sub`, { recursive: true });
  await Deno.mkdir(outside);
  await Deno.writeTextFile(`${outside}/secret.txt`, "secret");
  for (const name of ["sub/secret.txt", "inside.txt", "secret.txt"]) {
    await Deno.writeTextFile(`${directory}/${name}`, "inside");
  }
  const worker = new Worker(new URL("./_flipping_links.ts", import.meta.url), { type: "module" });
  try {
    const flipping = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage({ directory, outside });
    await flipping;
    const seen = new Set<string>();
    for (let i = 0; i < ROUNDS; i++) {
      for (const path of ["sub/secret.txt", "secret.txt"]) {
        try {
          seen.add(String(readFileInside(directory, path)));
        } catch (error) {
          assert(error instanceof SkillError, String(error));
          seen.add("refused");
        }
      }
    }
    assertEquals(seen.difference(new Set(["inside", "refused"])), new Set());
  } finally {
    worker.terminate();
    await Deno.remove(base, { recursive: true }).catch(() => {});
  }
});

Deno.test("readInside() refuses pipes, folders and large files, and waits for none", async () => {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  await Deno.writeTextFile(`${directory}/large`, "12345");
  const options = { max: 4, task: "Cannot read it" };
  assertThrows(() => readInside(directory, "large", options), SkillError, "more than 4");
  assertThrows(() => readInside(directory, ".", options), SkillError, "not a file");
  assertThrows(() => readInside(directory, "none", options), SkillError, "does not exist");
  if (Deno.build.os !== "windows") {
    await new Deno.Command("mkfifo", { args: [`${directory}/pipe`] }).output();
    assertThrows(() => readInside(directory, "pipe", options), SkillError, "not a file");
  }
  await Deno.remove(directory, { recursive: true });
});
