/** How many deliveries of a message failed. Shared, so that the page and the history decide the same. */

/**
 * @param fields the fields of a log line, of any type
 * @returns the number of recipients that did not get the message: by its count, or else by the status of each delivery
 */
export function failedCount(fields: { failure_count?: unknown; delivery_status?: unknown }): number {
  const { failure_count: count, delivery_status: status } = fields;
  if (typeof count === 'number') return Number.isSafeInteger(count) && count > 0 ? count : 0;
  const deliveries = typeof status === 'object' && status !== null ? Object.values(status) : [];
  return deliveries.filter((delivered) => delivered === false).length;
}
