/**
 * Tells whether the page is dark, now and whenever the system changes, which counts where no theme was chosen.
 *
 * @returns a function that ends it
 */
export function whenDark(onChange: (dark: boolean) => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = document.documentElement.dataset.theme;
  const apply = () => onChange(chosen === 'dark' || (chosen !== 'light' && system.matches));
  apply();
  system.addEventListener('change', apply);
  return () => system.removeEventListener('change', apply);
}
