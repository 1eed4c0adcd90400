/**
 * Tells whether the page is dark, now and whenever the system changes, which counts where no theme was chosen.
 *
 * @returns a function that ends it
 */
export function whenDark(tell: (dark: boolean) => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = document.documentElement.dataset.theme;
  const look = () => tell(chosen === 'dark' || (chosen !== 'light' && system.matches));
  look();
  system.addEventListener('change', look);
  return () => system.removeEventListener('change', look);
}
