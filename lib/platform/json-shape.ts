/**
 * Whether JSON has a shape: an object at all, or what this program wrote itself and somebody may have damaged. Not zod,
 * which also says what is wrong and where: for three shapes it would be 3 MB in the thread that records.
 */
export type Check<Value> = (value: unknown) => value is Value;

export const isText: Check<string> = (value) => typeof value === 'string';
export const isFlag: Check<boolean> = (value) => typeof value === 'boolean';
export const isWhole: Check<number> = (value): value is number => Number.isSafeInteger(value);

/** @returns a check for what passes one or is null */
export function orNull<Value>(check: Check<Value>): Check<Value | null> {
  return (value): value is Value | null => value === null || check(value);
}

/** @returns a check for a list of what passes one */
export function listOf<Value>(check: Check<Value>): Check<Value[]> {
  return (value): value is Value[] => Array.isArray(value) && value.every(check);
}

/** @returns a check for an object with any names, whose values pass one */
export function recordOf<Value>(check: Check<Value>): Check<Record<string, Value>> {
  return (value): value is Record<string, Value> => isObject(value) && Object.values(value).every(check);
}

/** @returns a check for an object whose fields pass theirs; others may stand beside them */
export function shape<Value>(checks: { readonly [Field in keyof Value]-?: Check<Value[Field]> }): Check<Value> {
  const fields = Object.entries(checks) as [string, Check<unknown>][];
  return (value): value is Value => isObject(value) && fields.every(([name, check]) => check(value[name]));
}

/** @returns whether a value is a JSON object, no list */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
