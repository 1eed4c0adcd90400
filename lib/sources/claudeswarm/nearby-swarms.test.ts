import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findNearbySwarms, hasSwarmFiles } from './nearby-swarms';

/** A folder of its own two levels below the temporary folder, so that other tests' folders are no neighbours. */
function newPlace(context: TestContext) {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'nearby-')));
  context.after(() => rmSync(top, { recursive: true }));
  const folder = (...names: string[]) => {
    const path = join(top, ...names);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const swarm = (file: string, ...names: string[]) => {
    const path = folder(...names);
    if (file === '.agent_locks') mkdirSync(join(path, file));
    else writeFileSync(join(path, file), '');
    return path;
  };
  return { top, folder, swarm };
}

const below = (top: string, paths: readonly string[]) => paths.filter((path) => path.startsWith(`${top}/`));

test('hasSwarmFiles(): any file that the tool writes makes a folder a swarm, and a marker of a project does not', async (context) => {
  const { folder, swarm } = newPlace(context);
  assert.equal(await hasSwarmFiles(swarm('ACTIVE_AGENTS.json', 'a')), true);
  assert.equal(await hasSwarmFiles(swarm('agent_messages.log', 'b')), true);
  assert.equal(await hasSwarmFiles(swarm('.agent_locks', 'c')), true);
  assert.equal(await hasSwarmFiles(swarm('package.json', 'd')), false);
  assert.equal(await hasSwarmFiles(join(folder('e'), 'missing')), false);
});

test('findNearbySwarms(): parents first, then folders inside, then folders beside', async (context) => {
  const { top, folder, swarm } = newPlace(context);
  const parent = swarm('ACTIVE_AGENTS.json', 'work');
  const start = folder('work', 'web');
  const inside = swarm('.agent_locks', 'work', 'web', 'api');
  const beside = swarm('agent_messages.log', 'work', 'shop');
  folder('work', 'empty');
  swarm('ACTIVE_AGENTS.json', 'work', 'web', 'node_modules');
  swarm('ACTIVE_AGENTS.json', 'work', '.hidden');
  symlinkSync(beside, join(top, 'work', 'linked'));
  assert.deepEqual(below(top, await findNearbySwarms([start])), [parent, inside, beside]);
});

test('findNearbySwarms(): the folders themselves are no result, and at most 5 are found', async (context) => {
  const { top, folder, swarm } = newPlace(context);
  const start = folder('web');
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) swarm('ACTIVE_AGENTS.json', 'web', name);
  const found = below(top, await findNearbySwarms([start, join(start, 'a')]));
  assert.equal(found.length, 5);
  assert.ok(!found.includes(join(start, 'a')));
});

test('findNearbySwarms(): ends at its deadline and after 300 folders', async (context) => {
  const { top, folder, swarm } = newPlace(context);
  const start = folder('web');
  swarm('ACTIVE_AGENTS.json', 'web', 'shop');
  let calls = 0;
  const late = () => (calls++ === 0 ? 0 : 1001);
  assert.deepEqual(await findNearbySwarms([start], late), []);
  for (let index = 0; index < 320; index += 1) folder('many', `folder-${index}`);
  let read = 0;
  const counted = () => {
    read += 1;
    return 0;
  };
  await findNearbySwarms([join(top, 'many')], counted);
  assert.ok(read <= 303, `${read} folders`);
});
