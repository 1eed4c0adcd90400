/** The parameters of a request, read by the schemas of the contract. */
import type { z } from 'zod';
import type { Path } from '../../contract/path-list';
import {
  type ParameterFault,
  parameterDescriptions,
  type RequestSchemas,
  requestSchemas,
} from '../../contract/requests';
import { readInstant } from '../../sources/claudeswarm/naive-time';
import { ProblemError } from './problem';
import type { HeaderReader } from './request-connection';

interface Time {
  /** The zone of instants without an offset, null for that of this process. */
  zone: string | null;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** @returns the schemas of requests, which read times in a zone */
export function requestsIn({ zone, now = Date.now }: Time): RequestSchemas {
  return requestSchemas({ readInstant: (text) => readInstant(text, zone ?? undefined)?.milliseconds ?? null, now });
}

/** What the parameters of a request are read from. */
export interface ParameterSource {
  /** The path and query as the client wrote them, with or without the scheme and host. */
  url: string;
  headers: HeaderReader;
}

/**
 * Reads the parameters of a request from its path, query and headers.
 *
 * @param path of the endpoint
 * @throws {ProblemError} naming every faulty parameter
 */
export function readRequest<Schema extends z.ZodPipe<z.ZodObject>>(
  schema: Schema,
  path: Path,
  { url, headers }: ParameterSource,
): z.output<Schema> {
  // Creating a URL is a measurable part of what a returning stream costs.
  const query = url.includes('?') ? new URL(url, 'http://localhost').searchParams : null;
  const values = Object.entries(schema.in.shape).map(([name, parameter]): [string, string[]] => {
    const place = parameterDescriptions.get(parameter as Parameters<typeof parameterDescriptions.get>[0])?.in;
    if (place === 'path') return [name, [partOf(url, path)]];
    if (place === 'header') return [name, [headers.get(name) ?? '']];
    return [name, query?.getAll(name) ?? []];
  });
  const result = schema.safeParse(Object.fromEntries(values));
  if (result.success) return result.data;
  const { issues } = result.error;
  const errors = issues.map((issue) => ({ parameter: String(issue.path[0]), detail: issue.message }));
  const [first] = issues;
  const code = errors.length === 1 && first?.code === 'custom' ? (first.params?.code as ParameterFault) : undefined;
  throw faultyParameters(errors, code);
}

/** @returns what to answer to faulty parameters or fields of a body */
export function faultyParameters(
  errors: { parameter: string; detail: string }[],
  code: ParameterFault = 'invalid_parameter',
): ProblemError {
  const sentence = errors.map(({ parameter, detail }) => `The parameter ${parameter} ${detail}`).join(' ');
  return new ProblemError(code, sentence, { errors });
}

/** @returns the part of a path that varies, as the client wrote it: Next's own decoding fails for some ids */
function partOf(url: string, path: Path): string {
  const [, after = ''] = path.split(/\{\w+\}/);
  const { pathname } = new URL(url, 'http://localhost');
  const end = pathname.length - after.length;
  const start = pathname.lastIndexOf('/', end - 1) + 1;
  return pathname.slice(start, end);
}
