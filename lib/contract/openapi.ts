/** The API's document, made from the schemas that check requests and answers. */
import { createDocument, type oas31, type ZodOpenApiOperationObject, type ZodOpenApiResponseObject } from 'zod-openapi';
import { PROBLEM_STATUSES, type ProblemStatus, problemExamples } from './problems';
import { parameterDescriptions } from './requests';
import { problemsOf, ROUTES, type Route, TAGS } from './routes';
import { problem } from './schemas';
import { streamEvent } from './stream-schemas';

const ABOUT = `What a swarm of coding agents does, live and in the past. Nothing is lost, nothing comes twice, and what
can't be known is said.

Every path under \`/api/\` answers under \`/api/v1/\` too. HEAD answers as GET does, without the body; OPTIONS tells the
methods. Errors are \`application/problem+json\` (RFC 9457). Answers may gain fields; a client ignores what it does not know.
Fields that the swarm's own files define are passed on as they were written, of any JSON type.

Credentials are needed where the server is set up with some: a user name and a password, or a token.`;

/**
 * @param version of the product
 * @returns the document (OpenAPI 3.1); its server is relative to the address that the document is read from
 */
export function openApiDocument(version: string): oas31.OpenAPIObject {
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title: 'Claude Swarm dashboard', version, description: ABOUT },
      servers: [{ url: './', description: 'This server.' }],
      security: [{ basic: [] }, { bearer: [] }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths: Object.fromEntries(ROUTES.map(({ path }) => [path, operationsAt(path)])),
      components: {
        schemas: { StreamEvent: streamEvent, Problem: problem },
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
          bearer: { type: 'http', scheme: 'bearer', description: 'A token of DASHBOARD_TOKENS_FILE of the server.' },
        },
      },
    },
    {
      // Answers may gain fields: who checks them by this document must not fail then.
      override: ({ jsonSchema }) => {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  );
}

/** All methods of a path, which the table lists one by one. */
function operationsAt(path: Route['path']): Record<string, ZodOpenApiOperationObject> {
  const there = ROUTES.filter((route) => route.path === path);
  return Object.fromEntries(there.map((route) => [route.method ?? 'get', operationOf(route)]));
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { id, tag, summary, description, request, body, answer, open } = route;
  const { mediaType, schema, example } = answer;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    ...(open && { security: [] }),
    ...(request && { parameters: Object.entries(request.in.shape).map(([name, one]) => parameterOf(name, one)) }),
    ...(body && {
      requestBody: {
        required: body.required,
        content: { 'application/json': { schema: body.schema, example: body.example } },
      },
    }),
    responses: {
      200: {
        description: answer.description,
        content: {
          [mediaType]: {
            schema: schema ?? { type: 'string' },
            example,
            ...(route.streams && { 'x-event-schema': '#/components/schemas/StreamEvent' }),
          },
        },
      },
      ...Object.fromEntries(
        problemsOf(route).map((status) => [status, { $ref: `#/components/responses/${responseName(status)}` }]),
      ),
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
