import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPublicAddress, parseAddress, parseRanges, rangeTest } from './ip-ranges';

test('rangeTest(): addresses, subnets, masks and groups contain what they name and nothing beside it', () => {
  const cases: [entry: string, inside: string[], outside: string[]][] = [
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3', '::ffff:a01:203'], ['9.255.255.255', '11.0.0.0']],
    ['10.1.2.3/255.0.0.0', ['10.0.0.0', '10.255.255.255'], ['11.0.0.0']],
    ['192.0.2.7', ['192.0.2.7', '::ffff:192.0.2.7'], ['192.0.2.6', '192.0.2.8']],
    ['::ffff:192.0.2.7', ['192.0.2.7', '::ffff:192.0.2.7'], ['192.0.2.8']],
    ['::ffff:10.0.0.0/104', ['10.9.9.9', '::ffff:10.9.9.9'], ['11.0.0.0', '::a09:909', '::10.9.9.9']],
    ['2001:db8::/32', ['2001:db8::', '2001:DB8:ffff::1'], ['2001:db9::', '10.0.0.1']],
    ['fe80::/10', ['fe80::1', 'fe80::1%eth0', 'febf::1%br-lan.7'], ['fec0::1']],
    ['::/1', ['::1', '2001:db8::1'], ['8000::', '127.0.0.1', '::ffff:127.0.0.1']],
    ['loopback', ['127.9.9.9', '::1', '::ffff:127.0.0.1'], ['128.0.0.1', '::2', '::127.0.0.1']],
    ['linklocal', ['169.254.169.254', 'fe80::1'], ['169.253.0.1']],
    ['uniquelocal', ['10.0.0.1', '172.31.0.1', '192.168.0.1', 'fd00::1'], ['172.32.0.1', '127.0.0.1']],
  ];
  for (const [entry, inside, outside] of cases) {
    const contains = rangeTest(['198.51.100.1', entry]);
    for (const address of inside) assert.ok(contains(address), `${entry} ${address}`);
    for (const address of outside) assert.ok(!contains(address), `${entry} ${address}`);
  }
  assert.ok(!rangeTest([])('127.0.0.1'));
});

test('rangeTest(): a text that is not an address is in no range', () => {
  const contains = rangeTest(['::/1', '128.0.0.0/1', '0.0.0.0/1']);
  for (const text of ['', 'localhost', '0x7f.1', '127.1', '2130706433', '0177.0.0.1', '127.0.0.1:80', '[::1]']) {
    assert.ok(!contains(text), text);
  }
});

test('parseRanges(): what is no range, or would contain everything, is refused', () => {
  const wrong = ['everyone', '', '/8', '10.0.0.0/', '10.0.0.0/0', '0.0.0.0/0', '::/0', '10.0.0.0/33', '::1/129'];
  wrong.push(
    '10.0.0.0/-1',
    '10.0.0.0/8.5',
    '10.0.0.0/255.0.255.0',
    '::1/255.0.0.0',
    '0x7f.1',
    '10/8',
    '::ffff:1.2.3.4/96',
  );
  for (const entry of wrong) assert.equal(parseRanges(entry), null, entry);
});

test('parseAddress(): reads mapped addresses as IPv4, whatever their spelling', () => {
  for (const text of ['127.0.0.1', '::ffff:127.0.0.1', '::FFFF:7f00:1', '0:0:0:0:0:ffff:127.0.0.1']) {
    assert.equal(parseAddress(text)?.toString(), '127.0.0.1', text);
  }
  assert.equal(parseAddress('::127.0.0.1')?.toString(), '::7f00:1');
  assert.equal(parseAddress('0x7f.1'), null);
});

test('isPublicAddress(): false from the first to the last address of every special range', () => {
  const special = [
    ...['0.0.0.0 0.255.255.255', '10.0.0.0 10.255.255.255', '100.64.0.0 100.127.255.255', '127.0.0.0 127.255.255.255'],
    ...['169.254.0.0 169.254.255.255', '172.16.0.0 172.31.255.255', '192.0.0.0 192.0.0.255', '192.0.2.0 192.0.2.255'],
    ...['192.88.99.0 192.88.99.255', '192.168.0.0 192.168.255.255', '198.18.0.0 198.19.255.255'],
    ...['198.51.100.0 198.51.100.255', '203.0.113.0 203.0.113.255', '224.0.0.0 239.255.255.255'],
    ...['240.0.0.0 255.255.255.255', ':: 1fff:ffff::', '::ffff:8.8.8.8 ::8.8.8.8', '2001:: 2001:1ff:ffff::'],
    ...['2001:db8:: 2001:db8:ffff::', '2002:: 2002:ffff:ffff::', '3fff:: 3fff:fff:ffff::', '4000:: ffff::'],
    ...['64:ff9b::808:808 64:ff9b:1::1', 'fe80::1%eth0 fe80::1%br-lan'],
  ].flatMap((pair) => pair.split(' '));
  for (const address of special) assert.ok(!isPublicAddress(address), address);
  const open = ['8.8.8.8', '9.255.255.255', '11.0.0.0', '100.128.0.0', '172.32.0.0', '223.255.255.255'];
  for (const address of [...open, '2001:200::', '2606:4700:4700::1111', '3ffe::1']) {
    assert.ok(isPublicAddress(address), address);
  }
  for (const text of ['', 'example.org', '0x8.8.8.8']) assert.ok(!isPublicAddress(text), text);
});
