import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaderLock, type Locks } from './leader-lock';

interface Asked {
  options: LockOptions;
  grant: () => unknown;
  reject: (reason: Error) => void;
}

function open() {
  const asked: Asked[] = [];
  const heard: string[] = [];
  const request = (_name: string, options: LockOptions, callback: LockGrantedCallback<void>) =>
    new Promise<void>((_resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(new DOMException('left', 'AbortError')));
      asked.push({ options, grant: () => callback(null), reject });
    });
  const lock = new LeaderLock('name', { request } as Locks, {
    onGain: () => heard.push('gain'),
    onLoss: () => heard.push('loss'),
    onRefused: () => heard.push('refused'),
  });
  return { lock, asked, heard };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('LeaderLock: a granted lock is kept until it is released', async () => {
  const { lock, asked, heard } = open();
  lock.wait();
  const kept = asked[0]?.grant() as Promise<void>;
  assert.deepEqual(heard, ['gain']);
  lock.release();
  await kept;
  assert.deepEqual(heard, ['gain']);
});

test('LeaderLock: a lock that is stolen is said to be lost once', async () => {
  const { lock, asked, heard } = open();
  lock.wait();
  void asked[0]?.grant();
  asked[0]?.reject(new DOMException('stolen', 'AbortError'));
  await turn();
  assert.deepEqual(heard, ['gain', 'loss']);
});

test('LeaderLock: to steal is to leave the queue, and a grant that comes after the release is given back', async () => {
  const { lock, asked, heard } = open();
  lock.wait();
  lock.steal();
  assert.equal(asked[0]?.options.signal?.aborted, true);
  assert.equal(asked[1]?.options.steal, true);
  lock.release();
  assert.equal(asked[1]?.grant(), undefined);
  await turn();
  assert.deepEqual(heard, []);
});

test('LeaderLock: a browser that refuses locks says so', async () => {
  const { lock, asked, heard } = open();
  lock.wait();
  asked[0]?.reject(new DOMException('denied', 'SecurityError'));
  await turn();
  assert.deepEqual(heard, ['refused']);
});
