/**
 * Checks the shape of JSON: whether it is an object, or what this program wrote itself and may be damaged. Zod would
 * also report faults and their places, but would cost 3 MB in the recorder thread for three shapes.
 */
export type Check<Value> = (value: unknown) => value is Value;

export const isText: Check<string> = (value) => typeof value === 'string';
export const isFlag: Check<boolean> = (value) => typeof value === 'boolean';
export const isWhole: Check<number> = (value): value is number => Number.isSafeInteger(value);

/** @returns a check for null or a value that passes `check` */
export function orNull<Value>(check: Check<Value>): Check<Value | null> {
  return (value): value is Value | null => value === null || check(value);
}

/** @returns a check for a list of values that pass `check` */
export function listOf<Value>(check: Check<Value>): Check<Value[]> {
  return (value): value is Value[] => Array.isArray(value) && value.every(check);
}

/** @returns a check for an object with any names, whose values pass `check` */
export function recordOf<Value>(check: Check<Value>): Check<Record<string, Value>> {
  return (value): value is Record<string, Value> => isObject(value) && Object.values(value).every(check);
}

/** @returns a check for an object whose fields pass their checks; further fields are allowed */
export function shape<Value>(checks: { readonly [Field in keyof Value]-?: Check<Value[Field]> }): Check<Value> {
  const fields = Object.entries(checks) as [string, Check<unknown>][];
  return (value): value is Value => isObject(value) && fields.every(([name, check]) => check(value[name]));
}

/** @returns whether a value is a JSON object and not a list */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
