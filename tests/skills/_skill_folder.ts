/** Temporary folders with skills. */

/** Makes a temporary folder with files. */
export async function skillFolder(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  for (const [name, text] of Object.entries(files)) {
    const file = `${path}/${name}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Returns the text of a `SKILL.md`. */
export function skillText(name: string, description = "d"): string {
  const text = JSON.stringify(description);
  return `---\nname: ${name}\ndescription: ${text}\n---\nDo it.\n`;
}
