import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { ProductionServer } from '../test/support/production-server';
import { TestSwarm } from './swarm';

/** The faults of the page: console errors and warnings, uncaught errors, requests to other origins. */
export class Complaints {
  readonly #heard: string[] = [];
  readonly #allowed: RegExp[] = [];

  /** Clears faults that a test provokes on purpose. */
  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  listen(page: Page, server: ProductionServer): void {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#heard.push(message.text());
    });
    page.on('pageerror', (error) => this.#heard.push(`uncaught: ${error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== server.origin && url.protocol !== 'data:') this.#heard.push(`request to ${url.origin}`);
    });
  }

  get unexpected(): string[] {
    return this.#heard.filter((text) => !this.#allowed.some((pattern) => pattern.test(text)));
  }
}

interface Fixtures {
  /** An empty swarm for this test. */
  swarm: TestSwarm;
  /** Settings of the server in addition to the swarm's root. */
  settings: Record<string, string>;
  /** A server for the swarm; the test starts it when the swarm is prepared. */
  server: ProductionServer;
  complaints: Complaints;
}

/** For pages whose script never runs. */
const SCRIPT_TIMEOUT_MS = 5_000;

/** Waits until React has taken over the page: before it, what the server rendered neither hears clicks nor keeps texts. */
async function takenOver(page: Page): Promise<void> {
  const isTakenOver = () => {
    const main = document.querySelector('main');
    return main === null || Object.keys(main).some((key) => key.startsWith('__react'));
  };
  await page.waitForFunction(isTakenOver, undefined, { timeout: SCRIPT_TIMEOUT_MS }).catch(() => {});
}

export const test = base.extend<Fixtures>({
  // A test acts once the script of the page runs, unless it says that it looks at the page before.
  page: async ({ page, javaScriptEnabled }, use) => {
    const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)];
    const isAwaited = (options?: { waitUntil?: string }) => javaScriptEnabled !== false && !options?.waitUntil;
    page.goto = async (url, options) => {
      const response = await goto(url, options);
      if (isAwaited(options)) await takenOver(page);
      return response;
    };
    page.reload = async (options) => {
      const response = await reload(options);
      if (isAwaited(options)) await takenOver(page);
      return response;
    };
    await use(page);
  },
  settings: [{}, { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
  swarm: async ({}, use) => {
    const swarm = new TestSwarm();
    await use(swarm);
    swarm.remove();
  },
  server: async ({ swarm, settings }, use) => {
    const server = new ProductionServer({ CLAUDESWARM_ROOT: swarm.root, SWARM_HISTORY: 'off', ...settings });
    await use(server);
    await server.stop();
  },
  complaints: [
    async ({ page, server }, use) => {
      const complaints = new Complaints();
      complaints.listen(page, server);
      await use(complaints);
      expect(complaints.unexpected, 'what the page complained of').toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens the page and waits until its stream is live. */
export async function openLive(page: Page, server: ProductionServer): Promise<void> {
  await page.goto(server.url);
  await expect(connection(page)).toHaveText(/Live/);
}

/** As `openLive`, with the operator key, so that the page may send commands. */
export async function openAsOperator(page: Page, server: ProductionServer): Promise<void> {
  await page.goto(`${server.url}/#key=${server.operatorKey}`);
  await expect(connection(page)).toHaveText(/Live/);
}

/** The state of the connection in words. */
export function connection(page: Page) {
  return page.locator('[data-connection]');
}

/** @returns the pattern of a text in which each `\d\d:\d\d:\d\d` may have its date, as times of another day have */
export function dated({ source }: RegExp): RegExp {
  return new RegExp(source.replaceAll(String.raw`\d\d:\d\d:\d\d`, String.raw`(?:\d+ \w+ \d{4}, )?$&`));
}

/** A panel by its heading. */
export function panel(page: Page, name: 'Agents' | 'Messages' | 'Locks') {
  return page.getByRole('region', { name, exact: true });
}

/** The rules of axe that depend on colours. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * Runs axe on the current page and returns each fault with its elements.
 *
 * @param part a selector of the part to check
 * @param rules the rules to check; all by default
 */
export async function faults(page: Page, { part, rules }: { part?: string; rules?: string[] } = {}): Promise<string[]> {
  const builder = new AxeBuilder({ page })
    // Passed rules are left out: they are most of the answer.
    .options({ resultTypes: ['violations'] })
    // Otherwise axe would open a page to merge the results of frames, of which there are none.
    .setLegacyMode();
  if (part !== undefined) builder.include(part);
  if (rules !== undefined) builder.withRules(rules);
  const { violations } = await builder.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** The sizes of a laptop and a phone. */
export const SCREENS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;

/** What `expectFaultless` checks. */
interface Checked {
  screens?: readonly (typeof SCREENS)[number][];
  /** A selector of the part that axe checks, where other tests check the rest of the page; the whole page by default. */
  part?: string;
}

/**
 * Checks the page in both themes, on a wide and a narrow screen: axe must find no fault, and nothing may overflow the
 * page.
 *
 * @param bring brings the part to check into view on a screen of that width
 */
export async function expectFaultless(
  page: Page,
  bring: (width: number) => Promise<void>,
  { screens = SCREENS, part }: Checked = {},
): Promise<void> {
  for (const screen of screens) {
    const { width } = screen;
    await page.setViewportSize(screen);
    await bring(width);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await faults(page, { part }), `light, ${width} px wide`).toEqual([]);
    // The themes differ only in colours.
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await faults(page, { part, rules: COLOUR_RULES }), `dark, ${width} px wide`).toEqual([]);
    expect(await pageWidth(page), `${width} px wide`).toBeLessThanOrEqual(width);
  }
}

/** The width of the page including its overflow. */
export function pageWidth(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

export { expect };

/** The copied text, pasted into the search box: the page itself may not read the clipboard. */
export async function pasted(page: Page): Promise<string> {
  const search = page.getByRole('searchbox', { name: 'Search messages' });
  await search.focus();
  await page.keyboard.press('ControlOrMeta+V');
  return search.inputValue();
}
