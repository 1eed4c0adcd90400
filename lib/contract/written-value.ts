/** Values of unknown type as text. `String(value)` and `${value}` throw for JSON such as `{"toString": 1}`. */

const MAX_CHARACTERS = 60;

/** @returns any value of a file as JSON, cut to 60 characters; never throws for what JSON or YAML can contain */
export function writtenValue(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, MAX_CHARACTERS);
}
