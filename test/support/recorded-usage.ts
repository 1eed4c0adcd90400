/** A history that has recorded usage already, for tests of what is shown of it. */
import { History } from '../../lib/history/history';
import { Usage } from '../../lib/history/usage';
import type { AgentUsage } from '../../lib/recorder/usage-feed';
import { usageCost } from '../../lib/rules/usage-cost';
import { bundledPrices } from '../../lib/sources/claude-code/bundled-prices';

/**
 * Creates the history, or adds to it.
 *
 * @param file absolute path of the database
 * @param priced whether the answers have a cost
 */
export function recordUsage(file: string, rows: readonly AgentUsage[], priced = true): void {
  const history = new History(file);
  const entries = rows.map((row) => {
    const prices = priced ? bundledPrices(row.model) : null;
    return { ...row, cost: prices && usageCost(row, prices) };
  });
  new Usage(history.db).record(entries, [], Date.now());
  history.close();
}
