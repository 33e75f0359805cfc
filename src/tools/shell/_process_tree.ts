/** The end of a command with all that it has started. */

import { signalGroup } from "../../host/process/_process_group.ts";

/** The variable by which processes of a command are found, wherever they have moved to. */
export const MARK = "CAVE_COMMAND_ID";

/** Rounds of looking for processes: one that is found may have started another one meanwhile. */
const MAX_ROUNDS = 100;

/** Rounds without any process after which there is none: one may appear between two looks. */
const QUIET_ROUNDS = 2;

/** Time between two rounds. */
const ROUND_MS = 2;

/**
 * Ends all processes of a command: those of its group, its descendants, and on Linux those that carry its mark.
 *
 * @param leader The process that was started, the leader of a group.
 * @param id The mark.
 */
export async function killTree(leader: number, id: string): Promise<void> {
  let quiet = 0;
  for (let round = 0; round < MAX_ROUNDS && quiet < QUIET_ROUNDS; round++) {
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    const groupIsAlive = kill(() => signalGroup(leader, "SIGKILL"));
    const { members, isSure } = membersOf(leader, id);
    for (const pid of members) kill(() => Deno.kill(pid, "SIGKILL"));
    quiet = members.length === 0 && isSure && (!groupIsAlive || round > 0) ? quiet + 1 : 0;
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
function membersOf(leader: number, id: string): { members: number[]; isSure: boolean } {
  let isSure = true;
  if (Deno.build.os !== "linux") return { members: [], isSure };
  const parents = new Map<number, number>();
  const members = new Set<number>();
  let entries: Iterable<Deno.DirEntry>;
  try {
    entries = Deno.readDirSync("/proc");
  } catch {
    // Deno asks for all permissions here.
    return { members: [], isSure };
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
      // A process that becomes another program has none for a moment; those of the system never have one.
      if (environment === "" && Number(parent) !== 2 && pid > 2) isSure &&= isOld(stat);
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
  return { members: [...members], isSure };
}

/** Returns whether a process is older than the host, so that no command can have started it. */
function isOld(stat: string): boolean {
  return startOf(stat) < startOfHost();
}

let ownStart: number | undefined;

function startOfHost(): number {
  return ownStart ??= startOf(Deno.readTextFileSync("/proc/self/stat"));
}

/** Returns the time of the start of a process, in the ticks of the system. */
function startOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
}
