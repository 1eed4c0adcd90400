/** An entry with `Added` over it; the file's own fields of those names are kept under `original`. */
export type WithAddedFields<Written, Added> = Written & Added & { original?: Record<string, unknown> };

/**
 * Joins an entry of a file with what this product adds.
 *
 * @param written the entry's fields as the file has them
 * @param added the fields of this product; they win where both have a field of one name, and so does `original`
 * @returns a new object: the file's fields first, then the added ones, then `original` if names collided
 */
export function withAddedFields<Written extends Readonly<Record<string, unknown>>, Added extends object>(
  written: Written,
  added: Added,
): WithAddedFields<Written, Added> {
  // As a spread, twenty times faster, and without a shape of its own for each object; but `__proto__` would be set.
  const joined: Written & Added = Object.hasOwn(written, '__proto__')
    ? { ...written, ...added }
    : Object.assign({}, written, added);
  const colliding = ['original', ...Object.keys(added)].filter((name) => Object.hasOwn(written, name));
  if (colliding.length === 0) return joined;
  return { ...joined, original: Object.fromEntries(colliding.map((name) => [name, written[name]])) };
}
