/** The end of a command with all that it has started. */

import { signalGroup } from "../../host/process/_process_group.ts";

/** The variable by which processes of a command are found, wherever they have moved to. */
export const MARK = "CAVE_COMMAND_ID";

/** Rounds of looking for processes: one that is found may have started another one meanwhile. */
const MAX_ROUNDS = 20;

/**
 * Ends all processes of a command: those of its group, its descendants, and on Linux those that carry its mark.
 *
 * @param leader The process that was started, the leader of a group.
 * @param id The mark.
 */
export function killTree(leader: number, id: string): void {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const others = membersOf(leader, id);
    const groupIsAlive = kill(() => signalGroup(leader, "SIGKILL"));
    for (const pid of others) kill(() => Deno.kill(pid, "SIGKILL"));
    if (others.length === 0 && (round > 0 || !groupIsAlive)) return;
  }
}

function kill(send: () => void): boolean {
  try {
    send();
    return true;
  } catch {
    // It has ended.
    return false;
  }
}

/** Returns processes that descend from the leader or carry the mark, without those that have ended. */
function membersOf(leader: number, id: string): number[] {
  if (Deno.build.os !== "linux") return [];
  const parents = new Map<number, number>();
  const members = new Set<number>();
  let entries: Iterable<Deno.DirEntry>;
  try {
    entries = Deno.readDirSync("/proc");
  } catch {
    // Deno asks for all permissions here.
    return [];
  }
  for (const { name } of entries) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      // The name of a program may have blanks and brackets.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") continue;
      parents.set(pid, Number(parent));
      const environment = Deno.readTextFileSync(`/proc/${name}/environ`);
      if (environment.split("\0").includes(`${MARK}=${id}`)) members.add(pid);
    } catch {
      // It has ended, or belongs to another user.
    }
  }
  for (const pid of parents.keys()) {
    for (let at: number | undefined = pid, depth = 0; at !== undefined && depth < 100; depth++) {
      if (at === leader) {
        members.add(pid);
        break;
      }
      at = parents.get(at);
    }
  }
  members.delete(Deno.pid);
  return [...members];
}
