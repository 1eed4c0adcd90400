import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { secretFault, signatureHeaders } from './signature';

const BODY = '{"swarm":"Größe 🐝"}';
const POST = { id: '0b6f7c0e4f0f4c8a', body: BODY };
/** The secret, in the form for a receiver's library. */
const SECRETS: [secret: string, receiver: Webhook][] = [
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
  ['test-secret', new Webhook('test-secret', { format: 'raw' })],
  [' schlüssel ', new Webhook(Buffer.from(' schlüssel '), { format: 'raw' })],
];

test('signatureHeaders(): the library of a receiver verifies them, with secrets of both forms', () => {
  for (const [secret, receiver] of SECRETS) {
    assert.equal(secretFault(secret), null);
    const headers = signatureHeaders(secret, POST);
    assert.deepEqual(receiver.verify(BODY, headers), JSON.parse(BODY), secret);
    assert.equal(headers['webhook-id'], POST.id);
    assert.throws(() => receiver.verify(`${BODY} `, headers), /No matching signature/);
    assert.throws(() => receiver.verify(BODY, { ...headers, 'webhook-id': 'other' }), /No matching signature/);
    assert.throws(() => receiver.verify(BODY, signatureHeaders(secret, POST, Date.now() - 301_000)), /too old/);
  }
});

test('signatureHeaders(): the example of the specification', () => {
  const post = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
  const headers = signatureHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', post, 1_614_265_330_000);
  assert.equal(headers['webhook-timestamp'], '1614265330');
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('signatureHeaders(): the deprecated header signs the time, a dot and the body', () => {
  // printf '1.{}' | openssl dgst -sha256 -hmac secret
  assert.equal(
    signatureHeaders('secret', { id: 'k', body: '{}' }, 1999)['X-Swarm-Signature'],
    't=1,v1=1122767b193110cfec322b6f199b599edbf608ed087f2d27afb0b97d99523908',
  );
});

test('secretFault(): a text with the prefix of an encoded secret must be one', () => {
  for (const secret of ['', 'whsec_', 'whsec_abc', 'whsec_!!!!', 'whsec_abcd abcd', 'whsec_ab==cd==']) {
    assert.match(secretFault(secret) ?? '', secret === '' ? /empty/ : /base64/, secret);
    assert.doesNotMatch(secretFault(secret) ?? '', /!|abc/);
  }
  for (const secret of ['a', 'hush', 'WHSEC_abc', 'my whsec_', 'whsec_YQ==', 'whsec_YWI=']) {
    assert.equal(secretFault(secret), null, secret);
  }
});
