/** JSON values that no swarm writes, for properties that must hold whatever a file contains. */
import fc from 'fast-check';

/** Names that code may call on a value or find in its prototype. */
const TREACHEROUS_KEYS = [
  'toString',
  'valueOf',
  'toJSON',
  '__proto__',
  'constructor',
  'length',
  'then',
  'hasOwnProperty',
];

/** An object whose keys replace what every object has: `String(value)` throws a TypeError for most of them. */
const treacherous = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...TREACHEROUS_KEYS), fc.constantFrom(1, null, 'x', [], {})), {
    minLength: 1,
    selector: ([key]) => key,
  })
  .map((entries) => {
    const members = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    // By JSON, as a file has it: an assignment to `__proto__` would set the prototype.
    return JSON.parse(`{${members.join(',')}}`) as unknown;
  });

/** Any JSON value, often one that is not what it seems. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  treacherous,
  fc.constant(JSON.parse('{"toString":1,"valueOf":2}') as unknown),
  fc.array(treacherous, { minLength: 1, maxLength: 3 }),
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, 2 ** 53, '', '\0', '\ud800', '__proto__', 'constructor'),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 3 }),
);
