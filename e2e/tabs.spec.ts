import type { Page, Request } from '@playwright/test';
import { rendererOf } from '../test/support/renderer';
import { test as base, connection, expect, panel } from './fixtures';

const MANY = 20;

/** A tab, and whether it has a stream. */
class Tab {
  #streams = 0;

  constructor(readonly page: Page) {
    const streams = (url: string) => new URL(url).pathname.endsWith('/api/stream');
    page.on('request', (request) => {
      if (streams(request.url())) this.#streams += 1;
    });
    const ended = (request: Request) => {
      if (streams(request.url())) this.#streams -= 1;
    };
    page.on('requestfinished', ended);
    page.on('requestfailed', ended);
  }

  get streams(): number {
    return this.#streams;
  }

  /** The numbers of the messages that it shows, as often as it shows them. */
  async numbers(): Promise<number[]> {
    const rows = await panel(this.page, 'Messages').locator('li[data-seq]').allTextContents();
    return rows.map((text) => Number(/message (\d+)\./.exec(text)?.[1]));
  }

  /** Does as if the person looked at another tab: a browser without a window hides none. */
  hide(hidden: boolean): Promise<void> {
    return this.page.evaluate(
      (state) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      },
      hidden ? 'hidden' : 'visible',
    );
  }
}

interface Fixtures {
  /** Opens tabs in one browser, the first one in the page of the test, and waits until they are live. */
  openTabs: (count: number, url?: string) => Promise<Tab[]>;
}

const test = base.extend<Fixtures>({
  openTabs: async ({ context, page, server, complaints }, use) => {
    await use(async (count, url = server.url) => {
      const tabs: Tab[] = [];
      for (let opened = 0; opened < count; opened++) {
        const other = opened === 0 ? page : await context.newPage();
        if (opened > 0) complaints.listen(other, server);
        tabs.push(new Tab(other));
        await other.goto(url);
      }
      for (const tab of tabs) await expect(connection(tab.page)).toHaveText(/Live/);
      return tabs;
    });
  },
});

const OTHER_HOST = 'swarm.test';

test.use({
  launchOptions: async ({ launchOptions }, use) => {
    const rule = `--host-resolver-rules=MAP ${OTHER_HOST} 127.0.0.1`;
    await use({ ...launchOptions, args: [...(launchOptions.args ?? []), rule] });
  },
});

async function expectOneStream(tabs: readonly Tab[]): Promise<Tab> {
  await expect.poll(() => tabs.map(({ streams }) => streams).sort()).toEqual([...tabs.slice(1).map(() => 0), 1]);
  return tabs.find(({ streams }) => streams === 1) as Tab;
}

/** Each tab shows each of the first messages once, in order, and is live. */
async function expectWhole(tabs: readonly Tab[], count: number): Promise<void> {
  const whole = Array.from({ length: count }, (_, index) => index + 1);
  for (const tab of tabs) {
    await expect.poll(() => tab.numbers()).toEqual(whole);
    await expect(connection(tab.page)).toHaveText(/Live/);
  }
}

test.beforeEach(async ({ swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.send({});
  await server.start();
});

for (const end of ['closed', 'crashed'] as const) {
  test(`many tabs: twenty share one stream; of a leader that is ${end} nothing is lost or shown twice`, async ({
    context,
    swarm,
    openTabs,
  }) => {
    const tabs = await openTabs(MANY);
    const leader = await expectOneStream(tabs);
    swarm.send({}, {});
    await expectWhole(tabs, 3);
    const others = tabs.filter((tab) => tab !== leader);
    swarm.send({});
    if (end === 'closed') {
      await leader.page.close();
    } else {
      const session = await context.newCDPSession(leader.page);
      const crash = leader.page.waitForEvent('crash');
      // Never answered: the page is gone.
      session.send('Page.crash').catch(() => {});
      await crash;
    }
    swarm.send({}, {});
    await expectWhole(others, 6);
    await expectOneStream(others);
  });
}

test('many tabs: a stopped leader is replaced, and has everything and no stream when it goes on', async ({
  swarm,
  openTabs,
}) => {
  const tabs = await openTabs(6);
  const leader = await expectOneStream(tabs);
  const others = tabs.filter((tab) => tab !== leader);
  const pid = await rendererOf(leader.page);
  process.kill(pid, 'SIGSTOP');
  try {
    swarm.send({}, {});
    await expectWhole(others, 3);
    swarm.send({});
    await expectWhole(others, 4);
    await expectOneStream(others);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await expectWhole(tabs, 4);
  await expectOneStream(tabs);
  swarm.send({});
  await expectWhole(tabs, 5);
});

test('many tabs: a frozen page lets another one take over, and comes back without a hole', async ({
  context,
  swarm,
  openTabs,
}) => {
  const tabs = await openTabs(3);
  const leader = await expectOneStream(tabs);
  const others = tabs.filter((tab) => tab !== leader);
  const session = await context.newCDPSession(leader.page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  swarm.send({}, {});
  await expectWhole(others, 3);
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await expectWhole(tabs, 3);
  await expectOneStream(tabs);
});

test('many tabs: a visible one is the leader; a hidden one has no stream and still has everything', async ({
  swarm,
  openTabs,
}) => {
  const tabs = await openTabs(3);
  const leader = await expectOneStream(tabs);
  await leader.hide(true);
  await expect.poll(() => leader.streams).toBe(0);
  await expectOneStream(tabs);
  swarm.send({}, {});
  await expectWhole(tabs, 3);
  for (const tab of tabs) await tab.hide(true);
  swarm.send({});
  // What a person would be called for.
  swarm.writeRegistry('{"agents": [');
  await expectWhole(tabs, 4);
  await expectOneStream(tabs);
  for (const { page } of tabs) await expect(page).toHaveTitle('(1) Claude Swarm');
});

test('many tabs: a page from before a restart and one from after it do not mix', async ({
  context,
  swarm,
  server,
  complaints,
  openTabs,
}) => {
  complaints.allow(/^Failed to load resource/);
  const [old] = (await openTabs(1)) as [Tab];
  await server.stop();
  await server.start();
  const fresh = new Tab(await context.newPage());
  await fresh.page.goto(server.url);
  swarm.send({});
  await expectWhole([old, fresh], 2);
  // Without a history the server cannot continue from what the old page had; the new page missed nothing.
  await expect(old.page.getByText('Messages may be missing')).toBeVisible();
  await expect(fresh.page.getByText('Messages may be missing')).toHaveCount(0);
  await expectOneStream([old, fresh]);
});

test.describe('on an address that is no secure context', () => {
  test.use({ settings: { ALLOWED_HOSTS: OTHER_HOST } });

  test('many tabs: one stream without locks, and another tab takes over', async ({
    page,
    swarm,
    server,
    complaints,
    openTabs,
  }) => {
    complaints.allow(/^request to http:\/\/swarm\.test/);
    complaints.allow(/^The Cross-Origin-Opener-Policy header has been ignored/);
    const tabs = await openTabs(8, server.url.replace('127.0.0.1', OTHER_HOST));
    expect(await page.evaluate(() => 'locks' in navigator)).toBe(false);
    const leader = await expectOneStream(tabs);
    swarm.send({}, {});
    await expectWhole(tabs, 3);
    await leader.page.close();
    swarm.send({});
    const others = tabs.filter((tab) => tab !== leader);
    await expectWhole(others, 4);
    await expectOneStream(others);
  });
});

test('a read that the server leaves without an answer says so', async ({ page, server }) => {
  await page.route('**/api/messages?*', () => {});
  await page.goto(server.url);
  await expect(connection(page)).toHaveText(/Live/);
  await page.getByRole('searchbox', { name: 'Search messages' }).fill('parser');
  const said = panel(page, 'Messages').getByText('no answer from the server within 15 s');
  await expect(said).toBeVisible({ timeout: 40_000 });
});
