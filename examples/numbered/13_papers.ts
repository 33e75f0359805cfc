/** A pipeline: pages of a server become Markdown, a cell picks what matters, and a file keeps it. */

import { CaveAgent, LocalRuntime } from "@cave/agent";
import { printable } from "@cave/agent/terminal";
import { fileTools, joinTools, webTools } from "@cave/agent/tools";
import { MemoryWorkspace } from "@cave/agent/workspace";
import { check, exampleModel, show } from "../_model.ts";

// Stands in for a library of papers.
const papers = [["Cells as actions", 2024], ["Kernels that last", 2026], ["Older work", 2019]];
const page = `<html><head><title>Papers</title></head><body><nav>Home</nav><main><ul>${
  papers.map(([title, year]) => `<li><a href="/p">${title}</a> (${year})</li>`).join("")
}</ul></main></body></html>`;
await using library = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  () => new Response(page, { headers: { "content-type": "text/html" } }),
);
const url = `http://127.0.0.1:${library.addr.port}/recent`;

await using example = exampleModel([
  `const { title, text } = await web.fetch(${JSON.stringify(url)});
({ title, text })`,
  `const recent = [...text.matchAll(/\\[([^\\]]+)\\]\\S* \\((\\d+)\\)/g)]
  .filter(([, , year]) => Number(year) >= 2024);
await files.write("papers.md", recent.map(([, title, year]) => \`- \${year}: \${title}\`).join("\\n"));`,
  "=Two papers are new; papers.md names them.",
]);
const workspace = new MemoryWorkspace();
await using runtime = new LocalRuntime();
// Addresses of this machine are refused elsewhere: only hosts of the list are asked, and no private ones.
const web = webTools({ allow: [`127.0.0.1:${library.addr.port}`], allowPrivate: true });
await joinTools(web, fileTools(workspace)).inject(runtime);
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

console.log(printable((await agent.run(`Put papers since 2024 of ${url} into papers.md`)).content));
const kept = await workspace.readText("papers.md");
console.log(printable(kept));
if (example.scripted) check(kept, "- 2024: Cells as actions\n- 2026: Kernels that last");
