import { useCallback, useState } from 'react';
import { saveTheme, THEMES, type Theme } from './settings';

/**
 * The theme, which the server has drawn already and every later page will be drawn in.
 *
 * @param initial the theme of the page as it came
 * @returns the theme and a function that goes on to the next one
 */
export function useTheme(initial: Theme): [Theme, () => void] {
  const [theme, setTheme] = useState(initial);
  const next = useCallback(() => {
    const following = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
    document.documentElement.dataset.theme = following;
    saveTheme(following);
    setTheme(following);
  }, [theme]);
  return [theme, next];
}
