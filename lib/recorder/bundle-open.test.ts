import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BundleFault, readBundle } from './bundle-open';

const folder = mkdtempSync(join(tmpdir(), 'bundle-open-'));
after(() => rmSync(folder, { recursive: true }));

const begun = JSON.stringify({ format: 'claude-swarm-bundle', version: 1 });

test('a file that is no sound bundle is refused with what is wrong and what to do', () => {
  const faulty: [text: string, said: RegExp][] = [
    ['{"format": "har"}', /^faulty\.json is no bundle of a swarm: open a file/],
    ['null', /is no bundle/],
    ['not even JSON', /is no bundle/],
    [begun.replace('1', '2'), /made by a newer dashboard \(bundle version 2, this one reads 1\): update/],
    [begun.slice(0, -3), /is cut off or damaged.*Make it again/],
    [begun, /is damaged: at \w+: .*Make it again/],
  ];
  const file = join(folder, 'faulty.json');
  for (const [text, said] of faulty) {
    writeFileSync(file, text);
    assert.throws(
      () => readBundle(file),
      (error) => {
        assert.ok(error instanceof BundleFault, text);
        assert.match(error.message, said);
        return true;
      },
    );
  }
  assert.throws(() => readBundle(join(folder, 'missing.json')), /can't be read .*name a file that can/);
});
