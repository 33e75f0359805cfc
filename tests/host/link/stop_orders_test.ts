import { assertEquals } from "@std/assert";
import { StopOrders } from "../../../src/host/link/_stop_orders.ts";

/** Orders, and what they have sent. */
function orders() {
  let sent = 0;
  const orders = new StopOrders(() => {
    sent++;
    return true;
  });
  const cells = new Map<number, () => void>();
  const run = (cell: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    cells.set(cell, resolve);
    return orders.track(cell, () => promise);
  };
  return { orders, run, end: (cell: number) => cells.get(cell)!(), sent: () => sent };
}

Deno.test("StopOrders.stop() sends nothing while no cell runs", () => {
  const { orders: sender, sent } = orders();
  sender.acknowledge(0);
  sender.stop();
  assertEquals([sent(), sender.sent], [0, 0]);
});

Deno.test("StopOrders.stop() waits until the kernel hears orders, and sends one for each cell", async () => {
  const { orders: sender, run, end, sent } = orders();
  const running = run(1);
  sender.stop();
  sender.stop();
  assertEquals([sent(), sender.areHeard], [0, false]);
  sender.acknowledge(0);
  sender.stop();
  assertEquals([sent(), sender.sent, sender.areHeard], [1, 1, true]);
  end(1);
  await running;
});

Deno.test("StopOrders.stop() sends the next order when the one before it was heard", async () => {
  const { orders: sender, run, end, sent } = orders();
  sender.acknowledge(0);
  const first = run(1);
  sender.stop();
  end(1);
  await first;
  const second = run(2);
  sender.stop();
  assertEquals(sent(), 1);
  sender.acknowledge(1);
  assertEquals(sent(), 2);
  end(2);
  await second;
});

Deno.test("StopOrders.stop() is forgotten when its cell ends before the order could be sent", async () => {
  const { orders: sender, run, end, sent } = orders();
  const first = run(1);
  sender.stop();
  end(1);
  await first;
  const second = run(2);
  sender.acknowledge(0);
  assertEquals([sent(), sender.report({ cell: 2 })], [0, { orders: 0, stop: false }]);
  end(2);
  await second;
});

Deno.test("StopOrders.report() tells a kernel whether its cell is to stop, whatever it asks", async () => {
  const { orders: sender, run, end } = orders();
  sender.acknowledge(0);
  const running = run(3);
  assertEquals(sender.report({ cell: 3 }), { orders: 0, stop: false });
  sender.stop();
  assertEquals(sender.report({ cell: 3 }), { orders: 1, stop: true });
  for (const asked of [{ cell: 2 }, {}, null, undefined, "3"]) {
    assertEquals(sender.report(asked), { orders: 1, stop: false });
  }
  end(3);
  await running;
  assertEquals(sender.report({ cell: 3 }), { orders: 1, stop: false });
});

Deno.test("StopOrders.acknowledge() takes whatever a kernel sends", () => {
  const { orders: sender } = orders();
  for (const count of [null, "x", {}, NaN]) sender.acknowledge(count);
  assertEquals(sender.areHeard, true);
});
