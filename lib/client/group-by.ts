/** @returns items by what they have in common, groups in the order of their first item; Node 20 lacks `Map.groupBy` */
export function groupBy<Item>(items: readonly Item[], groupName: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = groupName(item);
    const members = groups.get(name);
    if (members) members.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}
