import { ScriptedServer } from "/work/main/src/model/testing/scripted_server.ts";
const replies = JSON.parse(Deno.args[0]);
const server = new ScriptedServer({ replies });
console.log(server.url);
await new Promise(() => {});
