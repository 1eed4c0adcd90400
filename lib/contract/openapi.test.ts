import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { SseParser } from '../../test/support/sse-client';
import { ENDPOINTS } from '../server/api/endpoints/endpoints';
import { ANSWERS, type Answer } from './answers';
import { openApiDocument } from './openapi';
import { PATHS } from './path-list';
import { PROBLEM_STATUSES, type ProblemStatus, problemExamples } from './problems';
import { parameterDescriptions, requestSchemas } from './requests';
import { problem } from './schemas';
import { STREAM_EVENTS, STREAM_EXAMPLE, streamEvent } from './stream-schemas';

test('openApiDocument(): valid OpenAPI 3.1, with examples that fit its schemas', async () => {
  const config = await createConfig({
    rules: {
      struct: 'error',
      'spec-strict-refs': 'error',
      'no-unresolved-refs': 'error',
      'operation-operationId-unique': 'error',
      'operation-parameters-unique': 'error',
      'path-parameters-defined': 'error',
      'no-ambiguous-paths': 'error',
      'security-defined': 'error',
      'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true },
      'no-invalid-parameter-examples': { severity: 'error', allowAdditionalProperties: true },
    },
  });
  const source = JSON.stringify(openApiDocument('1.0.0', ENDPOINTS));
  const faults = await lintFromString({ source, config, absoluteRef: 'openapi.json' });
  assert.deepEqual(
    faults.map(({ message, location }) => `${location[0]?.pointer}: ${message}`),
    [],
  );
  assert.doesNotMatch(source, /"additionalProperties":false/, 'fields may be added to answers');
});

test('openApiDocument(): describes every path that is served', () => {
  const described = [...new Set(ENDPOINTS.map(({ path }) => path))];
  assert.deepEqual(described.sort(), [...PATHS].sort());
});

describe('every example is what its schema says, with nothing beside it', () => {
  for (const { path, answer } of ENDPOINTS) {
    const { schema, example }: Answer = ANSWERS[answer];
    if (schema)
      test(`openApiDocument(): the example of GET ${path} fits its schema`, () =>
        assert.deepEqual(schema.parse(example), example));
    else test(`openApiDocument(): the example of GET ${path} is text`, () => assert.equal(typeof example, 'string'));
  }

  for (const status of Object.keys(PROBLEM_STATUSES).map(Number)) {
    test(`openApiDocument(): the examples of problems with status ${status} fit the schema`, () => {
      const examples = Object.values(problemExamples(status as ProblemStatus));
      assert.ok(examples.length > 0);
      for (const example of examples) assert.deepEqual(problem.parse(example), example);
    });
  }

  test('openApiDocument(): the example of the stream has every event in its wire format', () => {
    const seen: string[] = [];
    const parser = new SseParser(({ name, data, lastEventId }) => {
      const event = { event: name, data: JSON.parse(data), ...(name === 'messages' && { id: lastEventId }) };
      assert.deepEqual(streamEvent.parse(event), event);
      seen.push(name);
    });
    parser.feed(Buffer.from(STREAM_EXAMPLE));
    assert.deepEqual(seen, Object.keys(STREAM_EVENTS));
  });
});

const requests = Object.entries(requestSchemas({ readInstant: Date.parse, now: () => Date.parse('2100-01-01') }));

for (const [name, schema] of requests) {
  const parameters = Object.entries(schema.in.shape).map(
    ([key, one]) => [key, parameterDescriptions.get(one)] as const,
  );

  test(`openApiDocument(): describes the parameters of ${name}, whose examples are accepted`, () => {
    const values = parameters.map(([key, about]) => {
      assert.ok(about?.description, key);
      return [key, about.example === undefined ? [] : [about.example].flat().map(String)];
    });
    assert.deepEqual(schema.safeParse(Object.fromEntries(values)).error?.issues ?? [], []);
  });

  test(`openApiDocument(): marks the required parameters of ${name}`, () => {
    // The id of an agent is part of the path: without it, the request is for another path.
    const required = parameters
      .filter(([key, about]) => about?.required && (key !== 'id' || about.in === 'query'))
      .map(([key]) => key);
    const nothing = Object.fromEntries(parameters.map(([key]) => [key, []]));
    assert.deepEqual(schema.safeParse(nothing).error?.issues.map(({ path }) => path[0]) ?? [], required);
  });
}
