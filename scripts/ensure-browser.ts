/** Provides the browser of the end-to-end tests: an installed one, or else a downloaded one. */
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { installedBrowser } from '../test/support/installed-browser';
import type { Ended } from './test-counts';

/** The arguments of `npx`. */
export const FETCH_BROWSER = ['playwright', 'install', 'chromium'] as const;

const COMMAND = `npx ${FETCH_BROWSER.join(' ')}`;
const OTHERWISE = `Or install Debian's package ("apt-get install chromium-headless-shell", or "chromium"). Then run the tests again.`;

interface BrowserTools {
  isFound(): boolean;
  /** Runs `npx playwright install chromium` and shows what it prints. */
  fetch(): Promise<Ended>;
}

/** @returns whether there is a browser that playwright.config.ts would start */
export function isBrowserFound(): boolean {
  return installedBrowser() !== undefined || existsSync(chromium.executablePath());
}

/**
 * Downloads Playwright's Chromium if no browser is found.
 *
 * @returns null if there is a browser, else what is wrong and what to do
 */
export async function ensureBrowser({ isFound, fetch }: BrowserTools): Promise<string | null> {
  if (isFound()) return null;
  console.log(`No browser found. Fetching Chromium: ${COMMAND}`);
  const { succeeded } = await fetch();
  if (!succeeded) {
    return (
      `No browser found, and "${COMMAND}" failed (its output is above). It needs access to cdn.playwright.dev: check the ` +
      `network, set HTTPS_PROXY for a proxy, or PLAYWRIGHT_DOWNLOAD_HOST for a mirror. ${OTHERWISE}`
    );
  }
  if (isFound()) return null;
  return (
    `"${COMMAND}" succeeded, but there is still no browser. Unset PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD if it is set. ` +
    OTHERWISE
  );
}
