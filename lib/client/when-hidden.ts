type Visibility = Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;

/**
 * Calls back when the page was hidden for so long, also where the timers of a hidden page stand still: then as soon as it
 * is visible again.
 *
 * @param limitMs in milliseconds
 * @returns ends it
 */
export function whenHidden(limitMs: number, onHidden: () => void, page: Visibility = document): () => void {
  let hiddenAt: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const fire = () => {
    hiddenAt = null;
    onHidden();
  };
  const check = () => {
    clearTimeout(timer);
    const isHidden = page.visibilityState === 'hidden';
    if (!isHidden && hiddenAt !== null && Date.now() - hiddenAt >= limitMs) fire();
    hiddenAt = isHidden ? (hiddenAt ?? Date.now()) : null;
    if (isHidden) timer = setTimeout(fire, limitMs);
  };
  check();
  page.addEventListener('visibilitychange', check);
  return () => {
    clearTimeout(timer);
    page.removeEventListener('visibilitychange', check);
  };
}
