/** The API's document, derived from the schemas that check requests and answers. */
import { createDocument, type oas31, type ZodOpenApiOperationObject, type ZodOpenApiResponseObject } from 'zod-openapi';
import { ANSWERS, type Answer, isEndless } from './answers';
import { type EndpointDescription, problemsOf, TAGS } from './endpoint';
import { IDEMPOTENCY_KEY } from './idempotency-key';
import { PROBLEM_STATUSES, type ProblemStatus, problemExamples } from './problems';
import { parameterDescriptions, requestSchemas } from './requests';
import { problem } from './schemas';
import { streamEvent } from './stream-schemas';
import { terminalEvent } from './terminal-schemas';
import { hello } from './websocket';
import { terminalMessage } from './websocket-messages';
import { socketEvent } from './websocket-schemas';

const ABOUT = `What a swarm of coding agents does, live and in the past. No message is lost or repeated, and
unknown facts are marked as unknown.

Every path under \`/api/\` answers under \`/api/v1/\` too. HEAD answers as GET does, without the body; OPTIONS lists the
methods. Errors are \`application/problem+json\` (RFC 9457). Fields may be added to answers; a client ignores what it does not know.
Fields that the swarm's own files define are passed on as they were written, of any JSON type.

Credentials are needed where the server is set up with some: a user name and a password, or a token. Where it is not, commands
need the operator key as a bearer token.`;

// Only the descriptions of parameters are read here, which need no clock.
const requests = requestSchemas({ readInstant: () => null, now: () => 0 });

/**
 * Describes the API.
 *
 * @param version of the product
 * @param endpoints in the order in which they are shown
 * @returns the document (OpenAPI 3.1); its server is relative to the address that the document is read from
 */
export function openApiDocument(version: string, endpoints: readonly EndpointDescription[]): oas31.OpenAPIObject {
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title: 'Claude Swarm dashboard', version, description: ABOUT },
      servers: [{ url: './', description: 'This server.' }],
      security: [{ basic: [] }, { bearer: [] }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths: Object.fromEntries(endpoints.map(({ path }) => [path, operationsAt(path, endpoints)])),
      components: {
        schemas: {
          ...{ StreamEvent: streamEvent, SocketEvent: socketEvent, SocketHello: hello, Problem: problem },
          ...{ TerminalEvent: terminalEvent, SocketTerminalMessage: terminalMessage },
        },
        responses: Object.fromEntries(
          Object.keys(PROBLEM_STATUSES).map((status) => [
            responseName(status),
            problemResponse(Number(status) as ProblemStatus),
          ]),
        ),
        securitySchemes: {
          basic: {
            type: 'http',
            scheme: 'basic',
            description: 'DASHBOARD_USERNAME and DASHBOARD_PASSWORD of the server.',
          },
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description:
              'A token of DASHBOARD_TOKENS_FILE of the server; for commands without credentials, the operator key.',
          },
        },
      },
    },
    {
      // Fields may be added to answers, and a client that validates by this document must not fail then.
      override: ({ jsonSchema }) => {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  );
}

/** All methods of a path, which the list has one by one. */
function operationsAt(
  path: EndpointDescription['path'],
  endpoints: readonly EndpointDescription[],
): Record<string, ZodOpenApiOperationObject> {
  const there = endpoints.filter((endpoint) => endpoint.path === path);
  return Object.fromEntries(there.map((endpoint) => [(endpoint.method ?? 'GET').toLowerCase(), operationOf(endpoint)]));
}

function operationOf(endpoint: EndpointDescription): ZodOpenApiOperationObject {
  const { id, tag, summary, request, body, scope } = endpoint;
  const answer: Answer = ANSWERS[endpoint.answer];
  const description = endpoint.description ?? answer.operation;
  const named = request ? Object.entries(requests[request].in.shape) : [];
  const parameters: oas31.ParameterObject[] = [
    ...named.map(([name, one]) => parameterOf(name, one)),
    ...(endpoint.idempotent ? [IDEMPOTENCY_KEY] : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(scope === 'open' && { security: [] }),
    ...((request || endpoint.idempotent) && { parameters }),
    ...(body && {
      requestBody: {
        required: body.required,
        content: { 'application/json': { schema: body.schema, example: body.example } },
      },
    }),
    responses: {
      [answer.status ?? 200]: successOf(answer),
      ...(answer.also && { [answer.also]: successOf(answer) }),
      ...Object.fromEntries(
        problemsOf(endpoint).map((status) => [status, { $ref: `#/components/responses/${responseName(status)}` }]),
      ),
    },
  };
}

function successOf(answer: Answer): ZodOpenApiResponseObject {
  const { description, status, mediaType, schema, example, otherwise, eventSchema = 'StreamEvent' } = answer;
  if (status !== undefined) return { description };
  return {
    description,
    content: {
      [mediaType]: {
        schema: schema ?? { type: 'string' },
        example,
        ...(isEndless({ mediaType }) && { 'x-event-schema': `#/components/schemas/${eventSchema}` }),
      },
      ...(otherwise && { [otherwise.mediaType]: { schema: { type: 'string' }, example: otherwise.example } }),
    },
  };
}

function parameterOf(name: string, schema: Parameters<typeof parameterDescriptions.get>[0]): oas31.ParameterObject {
  const described = parameterDescriptions.get(schema);
  if (!described) throw new Error(`The parameter ${name} is not described.`);
  return { name, ...described };
}

function problemResponse(status: ProblemStatus): ZodOpenApiResponseObject {
  const { description, headers } = PROBLEM_STATUSES[status];
  const examples = Object.entries(problemExamples(status)).map(([code, value]) => [code, { value }]);
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, meaning]) => [name, { description: meaning, schema: { type: 'string' } }]),
      ),
    }),
    content: { 'application/problem+json': { schema: problem, examples: Object.fromEntries(examples) } },
  };
}

function responseName(status: string | number): string {
  return `Problem${status}`;
}
