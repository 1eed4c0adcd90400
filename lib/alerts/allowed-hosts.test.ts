import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { AllowedHosts } from './allowed-hosts';

const INSIDE = [
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
  ...['169.254.169.254', '198.18.0.1', '192.0.2.1', '224.0.0.1', '255.255.255.255', '[::1]', '[::]', '[fe80::1]'],
  ...['[fd00:ec2::254]', '[::ffff:127.0.0.1]', '[::ffff:8.8.8.8]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]'],
  ...['[2001:0:4136:e378:8000:63bf:3fff:fdd2]', '[ff02::1]', '[2001:db8::1]'],
];
const PUBLIC = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '[2606:4700:4700::1111]'];

const hostOf = (host: string) => new URL(`http://${host}/`).hostname;

function resolved(allowed: AllowedHosts, name: string): Promise<string> {
  return new Promise((resolve) => {
    allowed.lookup(name, { all: true }, (error, addresses) =>
      resolve(error ? error.message : (addresses as LookupAddress[]).map(({ address }) => address).join()),
    );
  });
}

test('AllowedHosts: without a list only public addresses are allowed, however an inner one is spelled', () => {
  const allowed = new AllowedHosts([]);
  for (const host of INSIDE) assert.match(allowed.fault(hostOf(host)) ?? '', /is not allowed/, host);
  for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '127.1']) {
    assert.match(allowed.fault(hostOf(host)) ?? '', /127\.0\.0\.1 is not allowed/, host);
  }
  for (const host of PUBLIC) assert.equal(allowed.fault(hostOf(host)), null, host);
});

test('AllowedHosts: a list allows what it names, and nothing else', () => {
  const allowed = new AllowedHosts(['10.0.0.0/8', '127.0.0.1', '::1', 'hooks.example']);
  for (const host of ['10.9.9.9', '127.0.0.1', '[::1]', '[::ffff:10.0.0.1]']) {
    assert.equal(allowed.fault(hostOf(host)), null, host);
  }
  for (const host of ['127.0.0.2', '8.8.8.8', '169.254.169.254']) assert.ok(allowed.fault(hostOf(host)), host);
});

test('AllowedHosts: a name is judged by its addresses, unless it is listed itself', async () => {
  assert.match(await resolved(new AllowedHosts([]), 'localhost'), /^localhost \(.*\) is not allowed/);
  assert.match(await resolved(new AllowedHosts(['other.example']), 'localhost'), /is not allowed/);
  assert.doesNotMatch(await resolved(new AllowedHosts(['localhost']), 'LOCALHOST.'), /not allowed/);
  assert.match(await resolved(new AllowedHosts(['127.0.0.0/8', '::1']), 'localhost'), /127\.0\.0\.1|::1/);
});
