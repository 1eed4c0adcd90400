import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, openAsOperator, test } from './fixtures';
import { shop } from './tasks-swarm';
import { writeWorkFiles } from './work-files';

const FOLDER = resolve('screenshots/work');
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
];

/** The query of each view, and the region with its content, which loads after the page. */
const VIEWS: Record<string, [query: string, region: string]> = {
  board: ['view=tasks', 'Board of tasks'],
  task: ['view=tasks&task=task%3Atotals', 'About this task'],
  contexts: ['view=work&part=contexts', 'Contexts'],
  conflicts: ['view=work&part=conflicts', 'Conflicts'],
  learning: ['view=work&part=learning', 'Success by skill'],
  coordination: ['view=work&part=coordination', 'Coordination'],
  unread: ['view=work&part=unread', 'Unread messages'],
  agent: ['agent=agent-1', 'About this agent'],
};

async function picture(page: Page, name: string, width: number): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${FOLDER}/${name}-${width}-${colorScheme}.png` });
  }
}

test('work: pictures of the board and of the work files', async ({ page, swarm, server }) => {
  writeWorkFiles(swarm);
  shop(swarm);
  mkdirSync(FOLDER, { recursive: true });
  await server.start();
  await openAsOperator(page, server);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const [name, [query, region]] of Object.entries(VIEWS)) {
      await page.goto(`${server.url}/?${query}`);
      await expect(page.locator('[data-connection]')).toHaveText(/Live/);
      await expect(page.getByRole('region', { name: region, exact: true })).toBeVisible();
      await expect(page.getByText('Loading…')).toHaveCount(0);
      await picture(page, name, size.width);
    }
  }
});
