/** Stateful objects: the model works on the host's own objects, over several turns. */

import { printable } from "@cave/agent/terminal";
import { CaveAgent, defineVariable, DenoRuntime } from "../mod.ts";
import { check, exampleModel, show } from "./_model.ts";

class Light {
  isOn = false;
  brightness = 100;
  constructor(readonly name: string) {}
  turnOn(brightness = 100): void {
    this.isOn = true;
    this.brightness = brightness;
  }
  turnOff(): void {
    this.isOn = false;
  }
}

class Thermostat {
  #target = 20;
  get target(): number {
    return this.#target;
  }
  setTarget(celsius: number): void {
    if (celsius < 5 || celsius > 30) throw new RangeError(`${celsius} degrees: out of range`);
    this.#target = celsius;
  }
}

const lights = [new Light("Living room"), new Light("Kitchen"), new Light("Bedroom")];
const thermostat = new Thermostat();

await using example = exampleModel([
  `for (const light of lights) {
  if (await light.name === "Living room") await light.turnOn(20);
  else await light.turnOff();
}
await thermostat.setTarget(await thermostat.target + 2);`,
  "=It is dim and warm.",
  "await thermostat.setTarget(45)",
  "await Promise.all(lights.map((light) => light.turnOff())); await thermostat.setTarget(16)",
  "=Good night. More than 30 degrees cannot be set, so I set 16.",
]);
await using runtime = new DenoRuntime({
  variables: {
    lights: defineVariable(lights, { description: "The lights: name, isOn, turnOn(), turnOff()" }),
    thermostat: defineVariable(thermostat, { description: "In degrees Celsius" }),
  },
});
const agent = new CaveAgent({ middleware: [show], model: example.model, runtime });

console.log(
  printable((await agent.run("Movie night: dim the living room, and two degrees more")).content),
);
check([lights[0]!.brightness, thermostat.target], [20, 22]);
console.log(
  printable((await agent.run("Good night! Heat to 45 degrees, or what is sensible")).content),
);
check([lights.some(({ isOn }) => isOn), thermostat.target], [false, 16]);
