/** Keeps rows in place while the pointer is over them. */

/** A row, or the place of one that is gone. */
export type HeldRow<Row> = { key: string; row: Row | null };

/**
 * Arranges rows so that none changes its place: rows that are gone leave their place empty, new ones follow at the end.
 *
 * @param places the keys of the rows as they are drawn, in order
 * @param rows the rows now, in their own order
 */
export function holdRows<Row extends { key: string }>(places: readonly string[], rows: readonly Row[]): HeldRow<Row>[] {
  const known = new Set(places);
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return [
    ...places.map((key) => ({ key, row: byKey.get(key) ?? null })),
    ...rows.filter(({ key }) => !known.has(key)).map((row) => ({ key: row.key, row })),
  ];
}
