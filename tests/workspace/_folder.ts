/** Folders that end with the process of the tests. */

const folders: string[] = [];

/** Makes an empty folder. */
export function temporaryFolder(): string {
  const folder = Deno.makeTempDirSync({ prefix: "workspace-" });
  folders.push(folder);
  return folder;
}

globalThis.addEventListener("unload", () => {
  for (const folder of folders) Deno.removeSync(folder, { recursive: true });
});
