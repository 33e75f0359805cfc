import { assertEquals, assertStringIncludes } from "@std/assert";
import { type CellEnvironment, describeEnvironment } from "../../src/declare/environment.ts";

Deno.test("describeEnvironment() describes isolation, permissions, packages and the time limit", () => {
  const none = "there are no files, no network";
  const table: [CellEnvironment, string[], string[]][] = [
    [{ isolated: true, timeoutMs: 60_000 }, [none, "may run for 60 seconds"], ["Beyond that"]],
    [{ isolated: true, timeoutMs: Infinity }, [none], ["seconds"]],
    [{ isolated: false, timeoutMs: 1_500 }, ["the user's own process", "1.5 seconds"], [none]],
    [
      {
        isolated: true,
        timeoutMs: 1,
        permissions: { net: ["a.com", "b.com"], read: true, env: false },
      },
      ["use the network with fetch (only a.com, b.com), and read files with"],
      ["environment with", "only ,"],
    ],
    [
      {
        isolated: true,
        timeoutMs: 1,
        permissions: {
          read: { allow: ["/a"], deny: ["/a/b"] },
          env: { allow: true, deny: ["KEY"] },
          sys: { deny: ["uid"] },
          run: ["/bin/ls"],
        },
        packages: ["npm:one@1.0.0"],
      },
      [
        "its like (only /a; not /a/b), and read the environment with Deno.env (not KEY)",
        "run programs with Deno.Command, with piped output (only /bin/ls)",
        "import the packages npm:one@1.0.0.",
      ],
      ["about the system"],
    ],
  ];
  for (const [runtime, present, absent] of table) {
    const text = describeEnvironment(runtime);
    for (const part of present) assertStringIncludes(text, part);
    for (const part of absent) assertEquals(text.includes(part), false, part);
  }
});
