/** The browser of the tests and benches: one that Debian's packages installed, or else Playwright's own. */
import { existsSync } from 'node:fs';

/** The headless shell comes first: it computes less, since its pages have no windows. */
const DEBIAN_BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/** @returns the path of the browser that Debian's packages installed; undefined if Playwright's own is to be used */
export function installedBrowser(): string | undefined {
  return DEBIAN_BROWSERS.find((path) => existsSync(path));
}
