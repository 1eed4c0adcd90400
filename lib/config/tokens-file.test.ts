import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from './config';
import { digestOf, newToken, parseTokens } from './tokens-file';

const LONG = 'abcdefghijklmnopqrstuvwxyz012345';

test('parseTokens(): reads a list in YAML or JSON, with hashes or tokens', () => {
  const wanted = [
    { name: 'ci', scope: 'read', digest: digestOf('x') },
    { name: 'ops@night', scope: 'write', digest: digestOf(LONG) },
  ];
  const yaml = `# who may\n- name: ci\n  sha256: ${digestOf('x').toUpperCase()}\n- { name: ops@night, scope: write, token: ${LONG} }\n`;
  assert.deepEqual(parseTokens(yaml), wanted);
  const json = [
    { name: 'ci', scope: 'read', sha256: digestOf('x') },
    { name: 'ops@night', scope: 'write', token: LONG },
  ];
  assert.deepEqual(parseTokens(JSON.stringify(json)), wanted);
  assert.deepEqual(parseTokens(`- { name: 7, sha256: ${'1'.repeat(64)} }`), [
    { name: '7', scope: 'read', digest: '1'.repeat(64) },
  ]);
  for (const empty of ['', '# nobody', '[]']) assert.deepEqual(parseTokens(empty), []);
});

test('parseTokens(): names every fault and no token', () => {
  const hash = digestOf('x');
  const cases: [string, RegExp][] = [
    ['name: ci', /^The tokens file must hold a list/],
    ['just text', /^The tokens file must hold a list/],
    [`- a: [\n- ${LONG}`, /^The tokens file is not YAML: see its line 2 \(BAD_INDENT\)\.$/],
    ['- { name: ci, token: *secret }', /^The tokens file is not YAML: an alias has no anchor/],
    ['- just text', /^Entry 1 of the tokens file is not made of/],
    [`- sha256: ${hash}`, /^Entry 1 .* needs a name/],
    [`- { name: "a b", sha256: ${hash} }`, /^Entry 1 .* name that is not/],
    [`- { name: ci, scope: admin, sha256: ${hash} }`, /^Entry 1 .* scope that is not one of read, write/],
    ['- { name: ci }', /^Entry 1 .* needs one of sha256 and token/],
    [`- { name: ci, token: ${LONG}, sha256: ${hash} }`, /^Entry 1 .* needs one of/],
    ['- { name: ci, token: secret }', /^Entry 1 .* fewer than 32 characters/],
    [`- { name: ci, token: "${LONG} " }`, /^Entry 1 .* characters other than/],
    ['- { name: ci, sha256: abc }', /^Entry 1 .* not 64 hexadecimal digits/],
    [`- { name: ci, sha256: ${hash}, ${LONG}: x }`, /^Entry 1 .* other fields/],
    [`- { name: a, sha256: ${hash} }\n- { name: a, token: ${LONG} }`, /^Entry 2 .* has the name a/],
    [`- { name: a, sha256: ${digestOf(LONG)} }\n- { name: b, token: ${LONG} }`, /^Entry 2 .* same token/],
  ];
  for (const [text, said] of cases) {
    assert.throws(
      () => parseTokens(text),
      (error) => error instanceof ConfigError && said.test(error.message) && !/abcdefgh|secret/.test(error.message),
      text,
    );
  }
});

test('newToken(): is random, and valid with its line', () => {
  const { token, line } = newToken('ci', 'write');
  assert.match(token, /^swarm_[\w-]{43}$/);
  assert.notEqual(newToken('ci', 'write').token, token);
  assert.ok(!line.includes(token));
  assert.deepEqual(parseTokens(line), [{ name: 'ci', scope: 'write', digest: digestOf(token) }]);
  assert.throws(() => newToken('a\nb', 'read'), ConfigError);
});
