/** A worker that exchanges a file and a folder of a skill for links to outside, again and again. */

const { directory, outside } = await new Promise<{ directory: string; outside: string }>(
  (resolve) => self.addEventListener("message", (event) => resolve((event as MessageEvent).data)),
);
Deno.symlinkSync(outside, `${directory}/link-to-folder`);
Deno.symlinkSync(`${outside}/secret.txt`, `${directory}/link-to-file`);
(self as unknown as Worker).postMessage("flipping");
for (;;) {
  // A rename replaces what was there at once, so that the path always exists.
  Deno.renameSync(`${directory}/sub`, `${directory}/folder`);
  Deno.renameSync(`${directory}/link-to-folder`, `${directory}/sub`);
  Deno.renameSync(`${directory}/sub`, `${directory}/link-to-folder`);
  Deno.renameSync(`${directory}/folder`, `${directory}/sub`);
  Deno.linkSync(`${directory}/inside.txt`, `${directory}/copy`);
  Deno.renameSync(`${directory}/link-to-file`, `${directory}/secret.txt`);
  Deno.symlinkSync(`${outside}/secret.txt`, `${directory}/link-to-file`);
  Deno.renameSync(`${directory}/copy`, `${directory}/secret.txt`);
}
