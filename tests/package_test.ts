import { assert, assertEquals } from "@std/assert";
import project from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);
const BLOCK = 512;

Deno.test("the published package has what it needs and depends on the real @std", async (t) => {
  const files = await publishedFiles();

  await t.step("it has every entry and the documents, and no tests", () => {
    for (const path of ["README.md", "LICENSE", "deno.json", ...Object.values(project.exports)]) {
      assert(files.has(path.replace(/^\.\//, "")), `${path} is missing`);
    }
    const tests = [...files.keys()].filter((path) => /^tests\/(?!links\/)/.test(path));
    assertEquals(tests, []);
  });

  await t.step("its modules import each other, npm:, node: and jsr:@std only", () => {
    const odd = [...files].filter(([path]) => /^(?:mod\.ts$|src\/)/.test(path)).flatMap(
      ([path, text]) =>
        specifiersOf(text)
          .filter((it) => !/^(?:npm:|node:|jsr:@std\/[a-z-]+@\^1|\.\.?\/(?!.*tests\/))/.test(it))
          .map((specifier) => `${path} imports ${specifier}`),
    );
    assertEquals(odd, []);
  });
});

/** Returns the files that `deno publish` uploads, received by a registry that lives as long as this call. */
async function publishedFiles(): Promise<Map<string, string>> {
  const upload = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  await using registry = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      if (request.method === "POST") upload.resolve(await request.bytes());
      const isVersion = new URL(request.url).pathname.includes("/versions/");
      if (request.method === "GET" && isVersion) return new Response("{}", { status: 404 });
      return Response.json({ id: "1", status: "success", error: null });
    },
  );
  const origin = `http://127.0.0.1:${registry.addr.port}/`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--allow-dirty", "--no-check", "--no-provenance", "--token=none"],
    cwd: ROOT,
    env: { JSR_URL: origin, JSR_API_URL: `${origin}api/` },
  }).output();
  if (!success) upload.reject(new Error(new TextDecoder().decode(stderr)));
  return untar(await gunzip(await upload.promise));
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).bytes();
}

/** Reads a tar archive (POSIX ustar): headers and contents in blocks of 512 bytes. */
function untar(archive: Uint8Array): Map<string, string> {
  const decoder = new TextDecoder();
  const files = new Map<string, string>();
  for (let offset = 0; offset + BLOCK <= archive.length;) {
    const field = (start: number, end: number) =>
      decoder.decode(archive.subarray(offset + start, offset + end)).replace(/\0.*$/s, "");
    const size = parseInt(field(124, 136), 8) || 0;
    const start = offset + BLOCK;
    const name = [field(345, 500), field(0, 100)].filter(Boolean).join("/");
    if (name) files.set(name, decoder.decode(archive.subarray(start, start + size)));
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** Returns the specifiers of a module's static imports and re-exports; those in doc comments are indented. */
function specifiersOf(text: string): string[] {
  const matches = text.matchAll(/^(?:(?:import|export|\}).*\bfrom|import) "([^"]+)"/gm);
  return [...matches].map((match) => match[1]!);
}
