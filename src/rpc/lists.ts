/**
 * Lists made of lists, sets and maps. In a kernel, cells can change how those are iterated, by loops, by spreading and by
 * patterns, and what the methods of arrays that make another array take for its class.
 *
 * @module
 */

/** Returns what a function returns for each item. */
export function mapList<T, U>(list: readonly T[], toItem: (item: T) => U): U[] {
  const items: U[] = [];
  for (let i = 0; i < list.length; i++) items[i] = toItem(list[i]!);
  return items;
}

/** Returns the items for which a function returns true. */
export function filterList<T>(list: readonly T[], isWanted: (item: T) => boolean): T[] {
  const items: T[] = [];
  for (let i = 0; i < list.length; i++) {
    if (isWanted(list[i]!)) items[items.length] = list[i]!;
  }
  return items;
}

/**
 * Returns a part of a list.
 *
 * @param list The list.
 * @param range The index of the first item, from the first one on, and the index behind the last one, up to the end.
 */
export function partOf<T>(
  list: readonly T[],
  { start = 0, end = list.length }: { readonly start?: number; readonly end?: number } = {},
): T[] {
  const items: T[] = [];
  for (let i = start; i < end && i < list.length; i++) items[items.length] = list[i]!;
  return items;
}

/** Returns the items of a set, in its order. */
export function listOfSet<T>(set: ReadonlySet<T>): T[] {
  const items: T[] = [];
  set.forEach((item) => {
    items[items.length] = item;
  });
  return items;
}

/** Returns the values of a map, in its order. */
export function valuesOf<T>(map: ReadonlyMap<unknown, T>): T[] {
  const values: T[] = [];
  map.forEach((value) => {
    values[values.length] = value;
  });
  return values;
}
