/** The focus on the board of tasks. */

/** Moves the focus to the card of a task, if it is there. */
export function focusCard(board: ParentNode | null, key: string): void {
  const card = board?.querySelector<HTMLElement>(`[data-task="${CSS.escape(key)}"] [data-card]`);
  card?.focus();
}

/**
 * Moves the focus to another card: up and down in a column, to the same row of the next column with cards, or to the
 * ends of the column.
 *
 * @returns whether the key does that
 */
export function neighbourCard(board: ParentNode, from: Element, key: string): boolean {
  const columns = [...board.querySelectorAll('[data-status]')]
    .map((column) => [...column.querySelectorAll<HTMLElement>('[data-card]')])
    .filter((cards) => cards.length > 0);
  const card = from.closest('[data-task]')?.querySelector<HTMLElement>('[data-card]');
  const at = columns.findIndex((cards) => card != null && cards.includes(card));
  const column = columns[at];
  if (column === undefined || card == null) return false;
  const row = column.indexOf(card);
  const inRow = (cards: readonly HTMLElement[] | undefined) => cards?.[Math.min(row, cards.length - 1)];
  const targets: Record<string, HTMLElement | undefined> = {
    ArrowDown: column[row + 1] ?? card,
    ArrowUp: column[row - 1] ?? card,
    ArrowRight: inRow(columns[at + 1]) ?? card,
    ArrowLeft: inRow(columns[at - 1]) ?? card,
    Home: column[0],
    End: column.at(-1),
  };
  targets[key]?.focus();
  return key in targets;
}

/** @returns the key of the task whose card has the focus; null if none has it */
export function focusedTask(board: Node | null): string | null {
  const card = document.activeElement?.closest<HTMLElement>('[data-task]');
  return card != null && board?.contains(card) ? (card.dataset.task ?? null) : null;
}
