/**
 * Reports whether the page is dark, now and after each change of the system's theme, which applies if no theme was
 * chosen.
 *
 * @returns a function that stops the reports
 */
export function whenDark(onChange: (dark: boolean) => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = document.documentElement.dataset.theme;
  const apply = () => onChange(chosen === 'dark' || (chosen !== 'light' && system.matches));
  apply();
  system.addEventListener('change', apply);
  return () => system.removeEventListener('change', apply);
}
