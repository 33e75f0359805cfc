import { assertEquals } from "@std/assert";
import { bundleFault } from "./kernel_bundle.ts";

Deno.test("src/kernel/kernel.js is made from the kernel's modules", async () => {
  assertEquals(await bundleFault(), undefined, "run `deno task kernel`, and commit the file");
});

Deno.test("src/kernel/kernel.js names no place of the machine that made it", async () => {
  const text = await Deno.readTextFile(new URL("../../src/kernel/kernel.js", import.meta.url));
  const imports = [...text.matchAll(/^import .* from "(.*)";$/gm)].map(([, from]) => from!);
  assertEquals(imports.filter((from) => !from.startsWith("node:")), []);
  assertEquals([...text.matchAll(/file:\/\/|\/home\/|\/root\/|\/work\//g)].length, 0);
});
