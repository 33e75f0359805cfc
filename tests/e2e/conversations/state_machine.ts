import type { Conversation } from "../_conversation.ts";

/** A state machine. */
export const STATE_MACHINE: Conversation = {
  title: "A state machine",
  cells: [
    {
      source: `enum State {
  Idle = "idle",
  Running = "running",
  Done = "done",
}
type Action = { type: "start" } | { type: "finish"; code: number } | { type: "reset" };
const next = (state: State, action: Action): State => {
  switch (action.type) {
    case "start":
      return State.Running;
    case "finish":
      return action.code === 0 ? State.Done : State.Idle;
    default:
      return State.Idle;
  }
};
let state = State.Idle;
state = next(state, { type: "start" });`,
      value: '"running"',
      changed: "State next state",
    },
    {
      source: `const actions = [{ type: "finish", code: 0 }, { type: "reset" }] satisfies Action[];
for (const action of actions) {
  const before = state;
  state = next(state, action as Action);
  console.log(\`\${before} -> \${state}\`);
}
State`,
      value: '{ Idle: "idle", Running: "running", Done: "done" }',
      output: "running -> done\ndone -> idle\n",
      changed: "state actions",
    },
    {
      source: `enum Level { Low, Mid = 5, High }
const name = Level[Level.High];
const flags = [Level.Low, Level.Mid, Level.High] as const;
[name, flags]`,
      value: '[ "High", [ 0, 5, 6 ] ]',
      changed: "Level name flags",
    },
    {
      source: `enum State { On, Off }
State[0]`,
      value: '"On"',
      changed: "State",
    },
    {
      source: `namespace Machine {
  export const version = 2;
  export function describe(s: State): string {
    return \`\${State[s]} v\${version}\`;
  }
}
Machine.describe(State.Off)`,
      value: '"Off v2"',
      changed: "Machine",
    },
    {
      source: `const transitions: Record<string, Record<string, string>> = {
  red: { next: "green" },
  green: { next: "yellow" },
  yellow: { next: "red" },
};
let light = "red";
const trail: string[] = [];
outer:
while (true) {
  for (const [event, target] of Object.entries(transitions[light]!)) {
    trail.push(\`\${event}:\${target}\`);
    light = target;
    if (trail.length >= 4) break outer;
  }
}
trail.join(" ")`,
      value: '"next:green next:yellow next:red next:green"',
      changed: "transitions light trail",
    },
    {
      source: `declare const enumLike: number;
abstract class Base {
  abstract area(): number;
  describe(this: Base): string {
    return \`\${this.constructor.name} \${this.area().toFixed(2)}\`;
  }
}
class Circle extends Base {
  constructor(protected radius: number) {
    super();
  }
  area() {
    return Math.PI * this.radius ** 2;
  }
}
new Circle(2).describe()`,
      value: '"Circle 12.57"',
      changed: "Base Circle",
    },
  ],
};
