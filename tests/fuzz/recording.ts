/** Recordings of real sessions. */

import { KernelLauncher } from "../../src/host/launch/kernel_launcher.ts";
import type { KernelProcessHandle } from "../../src/host/process/kernel_process.ts";
import { type Message, recordChannel, type Recorded } from "./frames.ts";
import { allActs, SessionRuntime } from "./host_session.ts";
import { type Script, START } from "./replayed_kernel.ts";

/** Runs a session with a real kernel. */
export async function recordSession(): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const launcher = new KernelLauncher({});
  const runtime = new SessionRuntime((): KernelProcessHandle => {
    const process = launcher.spawn();
    return {
      channel: recordChannel(process.channel, (one) => recorded.push(one)),
      use: (action) => process.use(action),
      signal: (name) => process.signal(name),
      end: (reason) => process.end(reason),
      exit: () => process.exit(),
      missing: (code) => process.missing(code),
    };
  });
  for (const act of allActs()) {
    try {
      await act.perform(runtime);
    } catch {
      // Some have to fail.
    }
  }
  await runtime.close();
  return recorded;
}

/** Groups the kernel's messages by the request that they answer. */
export function toScript(recorded: readonly Recorded[]): Script {
  const script = new Map<string, Message[][]>([[START, []]]);
  let messages: Message[] = [];
  const asked = new Map<unknown, string>();
  for (const { fromHost, message } of recorded) {
    const { id, method } = message.json;
    if (fromHost) {
      if (typeof method === "string" && id !== undefined) asked.set(id, method);
      continue;
    }
    messages.push(message);
    const answered = method === "ready" ? START : method === undefined ? asked.get(id) : undefined;
    if (answered === undefined) continue;
    if (!script.has(answered)) script.set(answered, []);
    script.get(answered)!.push(messages);
    messages = [];
  }
  return script;
}
