import { defineConfig } from '@playwright/test';
import { installedBrowser } from './test/support/installed-browser';

/**
 * Where the whole browser is used, each context is a window, and each window would load two pages for what its address
 * bar may drop down: 1.3 s of computing, a quarter of a test. The others are what Playwright turns off by itself, which the last
 * such flag replaces.
 */
const FEATURES_OFF = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];
/** Their tests check little: they take pictures for a person to look at. */
const PICTURES = 'screenshots*.spec.ts';
const pictures = process.env.SCREENSHOTS !== undefined;

// Every test starts its own server over its own swarm (e2e/fixtures.ts), on the production build that is there.
export default defineConfig({
  testDir: 'e2e',
  testMatch: pictures ? PICTURES : '*.spec.ts',
  testIgnore: pictures ? [] : PICTURES,
  reporter: 'list',
  workers: 2,
  fullyParallel: true,
  forbidOnly: process.env.CI !== undefined,
  // Ample, since both cores may have other work.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: installedBrowser(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // The headless shell would round the widths of letters, which a browser with windows does not.
        '--font-render-hinting=none',
        `--disable-features=${FEATURES_OFF.join(',')}`,
      ],
    },
  },
});
