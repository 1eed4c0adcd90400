import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress, isLoopback, limitKey } from './client-address';

test('clientAddress(): X-Forwarded-For is trusted only as far as trusted proxies wrote it', () => {
  const cases: [remote: string | undefined, forwarded: string | null, trusted: string[], expected: string | null][] = [
    ['10.0.0.1', '6.6.6.6', [], '10.0.0.1'],
    ['10.0.0.1', null, ['10.0.0.0/8'], '10.0.0.1'],
    ['10.0.0.1', '6.6.6.6', ['10.0.0.0/8'], '6.6.6.6'],
    ['10.0.0.1', '6.6.6.6, 7.7.7.7', ['10.0.0.0/8'], '7.7.7.7'],
    ['10.0.0.1', '6.6.6.6, 7.7.7.7, 10.1.1.1', ['10.0.0.0/8'], '7.7.7.7'],
    ['8.8.8.8', '6.6.6.6', ['10.0.0.0/8'], '8.8.8.8'],
    ['::ffff:127.0.0.1', '2001:db8::7', ['loopback'], '2001:db8::7'],
    ['127.0.0.1', 'unknown', ['loopback'], '127.0.0.1'],
    ['127.0.0.1', '1.1.1.1, <script>', ['loopback'], '127.0.0.1'],
    ['127.0.0.1', '1.1.1.1, 0x7f.1', ['loopback'], '127.0.0.1'],
    ['127.0.0.1', '1.1.1.1,', ['loopback'], '127.0.0.1'],
    ['fe80::1%br-lan', '1.1.1.1', ['linklocal'], '1.1.1.1'],
    [undefined, '6.6.6.6', ['loopback'], null],
  ];
  for (const [remoteAddress, forwardedFor, trusted, expected] of cases) {
    assert.equal(clientAddress({ remoteAddress, forwardedFor }, trusted), expected, `${remoteAddress} ${forwardedFor}`);
  }
});

test('limitKey(): an IPv6 address counts by its /64, an IPv4 address by itself in every spelling', () => {
  const cases: [string | null, string][] = [
    ['1.2.3.4', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::2:3:4:5:6', '1:0:0:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::1%br-lan', 'fe80:0:0:0::/64'],
    ['::ffff:102:304', '1.2.3.4'],
    [null, 'unknown'],
  ];
  for (const [address, key] of cases) assert.equal(limitKey(address), key, String(address));
});

test('loopback', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(address), address);
  for (const address of ['128.0.0.1', '::ffff:10.0.0.1', '::2', '::127.0.0.1', 'localhost', '', '127.evil']) {
    assert.ok(!isLoopback(address), address);
  }
});
