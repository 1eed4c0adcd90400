import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../lib/config/config';
import { SETTING_NAMES, settingOf } from '../lib/config/settings';
import { settingsDocument } from './settings-document';

test('settings.md: equals the output of the declarations; if not, run `npm run docs`', () => {
  const document = readFileSync(join(import.meta.dirname, '..', 'docs', 'settings.md'), 'utf8');
  assert.equal(document, settingsDocument());
});

test('settings: each has a variable of its own, and the default that applies if it is not set', () => {
  const variables = SETTING_NAMES.flatMap((name) => settingOf(name).env);
  assert.equal(new Set(variables).size, variables.length);
  const config: Readonly<Record<string, unknown>> = parseConfig({ HOME: '/home/somebody' });
  for (const name of SETTING_NAMES) {
    const [, number] = /^`(\d+)`$/.exec(settingOf(name).standard) ?? [];
    // The address is chosen later, from flags and the configuration of the swarm.
    if (number !== undefined && name !== 'port') assert.equal(Number(config[name]), Number(number), name);
  }
});
