/**
 * A module of a program, as it is: `defineModule` gives its exports to cells, with these types and comments.
 *
 * @module
 */

/** An order of a customer. */
export interface Order {
  id: string;
  euros: number;
}

const orders = new Map<string, Order>([["A-1", { id: "A-1", euros: 30 }]]);

/** Finds an order by its number. */
export function findOrder(id: string): Order | undefined {
  return orders.get(id);
}

/** Gives money back, in euros. */
export function refund(order: Order, euros = order.euros): Order {
  const refunded = { ...order, euros: order.euros - euros };
  orders.set(order.id, refunded);
  return refunded;
}
