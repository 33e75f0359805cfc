/** A support bot whose process is killed in the middle of a refund, and that goes on: no refund is made twice. */

import { CaveAgent, defineFunction, DenoRuntime } from "../mod.ts";
import { openSession } from "@cave/agent/session";
import { SqliteStore } from "@cave/agent/store";
import { printable } from "@cave/agent/terminal";
import { check, exampleModel, show } from "./_model.ts";

const [folder] = Deno.args;
if (folder === undefined) await superviseBot();
else await runBot(folder);

/** Starts the bot as a process of its own, until one comes to its end. */
async function superviseBot(): Promise<void> {
  const folder = `/tmp/cave-support-bot-${crypto.randomUUID()}`;
  for (let attempt = 1;; attempt++) {
    const { signal, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", import.meta.filename!, folder],
      stderr: "inherit",
    }).output();
    console.log(printable(new TextDecoder().decode(stdout).trimEnd()));
    if (signal === null) return;
    console.log(`Process ${attempt} was killed.`);
  }
}

async function runBot(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const ledger = `${folder}/ledger`;
  const entries = async () => (await Deno.readTextFile(ledger).catch(() => "")).split("\n");
  const refund = defineFunction(async (order: string) => {
    await Deno.writeTextFile(ledger, `${order}\n`, { append: true });
    console.log(printable(`Refunded ${order}`));
    // As if the machine had lost its power.
    if (order === "A-2") Deno.kill(Deno.pid, "SIGKILL");
  }, { description: "Refunds an order" });
  const refunds = defineFunction(entries, { description: "Lists refunds", effect: "read" });
  await using store = new SqliteStore({ path: `${folder}/sessions.db` });
  const begun = (await store.get("sessions/customer-7")) !== undefined;
  await using example = exampleModel(
    begun
      // The model has read that the refund of A-1 has happened, and that of A-2 is uncertain.
      ? [`if (!(await refunds()).includes("A-2")) await refund("A-2")`, "=Both are refunded."]
      : [`for (const order of ["A-1", "A-2"]) await refund(order)`],
  );
  const runtime = () => new DenoRuntime({ functions: { refund, refunds } });
  const agent = () =>
    new CaveAgent({ middleware: [show], model: example.model, runtime: runtime() });
  await using session = await openSession("customer-7", { store, agent });
  const run = begun ? await session.continue() : await session.prompt("Refund A-1 and A-2");
  console.log(printable((await run.result).content));
  if (example.scripted) check(await entries(), ["A-1", "A-2", ""]);
}
