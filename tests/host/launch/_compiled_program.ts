/**
 * A program that takes itself for one of `deno compile`, whose base cannot be had everywhere: kernels start on the path that such
 * a program takes.
 */

Object.defineProperty(Deno, "build", { value: { ...Deno.build, standalone: true } });

const { DenoRuntime } = await import("../../../mod.ts");
const [denoPath] = Deno.args;
await using runtime = new DenoRuntime({
  ...(denoPath === undefined ? {} : { denoPath }),
  variables: { n: 41 },
});
const result = await runtime.execute("n + 1").catch((error: Error) => error);
if (result instanceof Error) console.log(`${result.name}: ${result.message}`);
else if (result.status === "ok") console.log(result.value?.text);
