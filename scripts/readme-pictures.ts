/**
 * Takes the pictures of the README: the demo, 45 s after its start, with the timeline, in both themes. Needs a build.
 * `node --import tsx scripts/readme-pictures.ts` writes `docs/dashboard-dark.png` and `docs/dashboard-light.png`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import config from '../playwright.config';

const SIZE = { width: 1440, height: 900 };
/** The demo's conflict has broken out by then, and its first permission request is still open. */
const STORY_MS = 45_000;

// With a state folder of its own the demo has a key of its own, whose file it names.
const state = mkdtempSync(join(tmpdir(), 'pictures-'));
const demo = spawn(process.execPath, ['bin/claude-swarm-dashboard.mjs', '--demo', '--port', '0', '--no-browser'], {
  env: { ...process.env, XDG_STATE_HOME: state },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const { address, keyFile } = await started();
  const browser = await chromium.launch(config.use?.launchOptions);
  try {
    await delay(STORY_MS);
    for (const colorScheme of ['dark', 'light'] as const) {
      const page = await browser.newPage({ viewport: SIZE, colorScheme });
      await page.goto(`${address}/?view=timeline&span=15m#key=${readFileSync(keyFile, 'utf8').trim()}`);
      await page.locator('[data-loaded="true"]').waitFor();
      await page.getByRole('region', { name: 'Write to agents' }).waitFor();
      await page.screenshot({ path: `docs/dashboard-${colorScheme}.png` });
      await page.close();
    }
  } finally {
    await browser.close();
  }
} finally {
  demo.kill('SIGTERM');
  if (demo.exitCode === null) await once(demo, 'exit');
  rmSync(state, { recursive: true, force: true });
}

/** Waits until the demo says where it is, and that it is ready. */
function started(): Promise<{ address: string; keyFile: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    demo.stdout.on('data', (chunk) => {
      output += chunk;
      const address = /The dashboard is at (\S+)\. /.exec(output)?.[1];
      const keyFile = /The operator key of the demo is in (\S+)\.\n/.exec(output)?.[1];
      if (address !== undefined && keyFile !== undefined && output.includes('"msg":"ready"'))
        resolve({ address, keyFile });
    });
    demo.once('exit', () => reject(new Error(`The demo did not start:\n${output}`)));
  });
}
