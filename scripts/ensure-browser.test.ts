import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureBrowser } from './ensure-browser';

/** A computer that has a browser, can download one, or neither. */
function computer(facts: { found: boolean; fetched: boolean; succeeds: boolean }) {
  let isFound = facts.found;
  let fetches = 0;
  const tools = {
    isFound: () => isFound,
    fetch: async () => {
      fetches += 1;
      isFound = facts.fetched;
      return { succeeded: facts.succeeds, output: '' };
    },
  };
  return { ensured: ensureBrowser(tools), fetches: () => fetches };
}

test('ensureBrowser(): downloads nothing if there is a browser', async () => {
  const { ensured, fetches } = computer({ found: true, fetched: false, succeeds: false });
  assert.equal(await ensured, null);
  assert.equal(fetches(), 0);
});

test('ensureBrowser(): downloads a missing browser once', async () => {
  const { ensured, fetches } = computer({ found: false, fetched: true, succeeds: true });
  assert.equal(await ensured, null);
  assert.equal(fetches(), 1);
});

test('ensureBrowser(): after a failed download it says what failed and what to do', async () => {
  const { ensured } = computer({ found: false, fetched: false, succeeds: false });
  const problem = (await ensured) ?? '';
  for (const words of ['npx playwright install chromium', 'failed', 'HTTPS_PROXY', 'apt-get install chromium']) {
    assert.ok(problem.includes(words), `${words}: ${problem}`);
  }
});

test('ensureBrowser(): a download that leaves no browser is not a success', async () => {
  const { ensured } = computer({ found: false, fetched: false, succeeds: true });
  assert.match((await ensured) ?? '', /still no browser.*PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD/);
});
