/**
 * The kernel as one file, `src/kernel/kernel.js`: a kernel starts faster from it than from its hundred modules, most of all where
 * nothing is cached, as in a sandbox. `deno task kernel` makes it.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);
const ENTRY = "src/kernel/main.ts";
const BUNDLE = new URL("src/kernel/kernel.js", ROOT);

/** The first lines of the bundle. */
const HEADER = [
  '// @ts-self-types="./kernel.d.ts"',
  "// The kernel as one file, made from main.ts by `deno task kernel`. Do not edit it.",
  "// deno-lint-ignore-file",
  "// deno-fmt-ignore-file",
];

interface Info {
  readonly modules: readonly { readonly specifier: string }[];
}

/** Returns what is wrong with the bundle, or `undefined` if it is the one that belongs to the sources. */
export async function bundleFault(): Promise<string | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(BUNDLE);
  } catch {
    return "it does not exist";
  }
  const [, sources, body] = /^\/\/ sources ([\da-f]+), text ([\da-f]+)$/m.exec(text) ?? [];
  if (sources !== await sourcesDigest()) return "the sources of the kernel have changed";
  if (body !== await digestOf(bodyOf(text))) return "it was edited";
  return undefined;
}

/**
 * Makes the bundle.
 *
 * @throws {Error} If `deno bundle` fails.
 */
export async function bundleKernel(): Promise<void> {
  const sources = await sourcesDigest();
  const body = await deno(["bundle", "--quiet", "--platform=deno", "--frozen", ENTRY]);
  const digests = `// sources ${sources}, text ${await digestOf(body)}`;
  await Deno.writeTextFile(BUNDLE, `${[...HEADER, digests].join("\n")}\n${body}`);
}

/** Returns the text behind the header. */
function bodyOf(text: string): string {
  return text.split("\n").slice(HEADER.length + 1).join("\n");
}

/** Returns a digest of all modules of the kernel: paths and texts. */
async function sourcesDigest(): Promise<string> {
  const { modules } = JSON.parse(await deno(["info", "--json", "--frozen", ENTRY])) as Info;
  const own = modules.map(({ specifier }) => specifier)
    .filter((specifier) => specifier.startsWith(ROOT.href)).sort();
  const texts = await Promise.all(own.map((specifier) => Deno.readTextFile(new URL(specifier))));
  return await digestOf(own.map((url, i) => `${url.slice(ROOT.href.length)}\n${texts[i]}`).join());
}

async function digestOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(bytes).toHex();
}

async function deno(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT })
    .output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run deno ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

if (import.meta.main) await bundleKernel();
