/** The parameters of a request, read by the contract's schemas. */
import type { z } from 'zod';
import { getConfig } from '../../config/config';
import { type ParameterFault, type RequestSchemas, requestSchemas } from '../../contract/requests';
import { readInstant } from '../../sources/claudeswarm/naive-time';
import { ProblemError } from './problem';

interface Time {
  /** The zone of instants without an offset, null for that of this process; the configured one if absent. */
  zone?: string | null;
  /** Milliseconds since 1970. */
  now?: () => number;
}

let own: RequestSchemas | null = null;

/** @returns the schemas of requests to this process */
export function requests(): RequestSchemas {
  own ??= requestsAt();
  return own;
}

/** @returns the schemas of requests with a clock of their own, for tests */
export function requestsAt({ zone = getConfig().swarmZone, now = Date.now }: Time = {}): RequestSchemas {
  return requestSchemas({ readInstant: (text) => readInstant(text, zone ?? undefined)?.milliseconds ?? null, now });
}

/**
 * Reads the parameters of a request.
 *
 * @param given gives the values of a parameter in order
 * @throws {ProblemError} naming every faulty parameter
 */
export function readParameters<Schema extends z.ZodPipe<z.ZodObject>>(
  schema: Schema,
  given: (name: string) => string[],
): z.output<Schema> {
  const values = Object.fromEntries(Object.keys(schema.in.shape).map((name) => [name, given(name)]));
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({ parameter: String(path[0]), detail: message }));
  const [first] = result.error.issues;
  const code = errors.length === 1 && first?.code === 'custom' ? (first.params?.code as ParameterFault) : undefined;
  const sentence = errors.map(({ parameter, detail }) => `The parameter ${parameter} ${detail}`).join(' ');
  throw new ProblemError(code ?? 'invalid_parameter', sentence, { errors });
}
