/** The theme of the page, for what is drawn by script. */

/** Calls `listener` when the theme may have changed until the returned function is called. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  // Paper has the light theme.
  const system = ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'];
  const media = system.map((query) => window.matchMedia(query));
  for (const query of media) query.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    for (const query of media) query.removeEventListener('change', listener);
  };
}
