import { useCallback, useState } from 'react';
import { saveTheme, THEMES, type Theme } from './settings';

/**
 * The theme, which the server renders from a cookie at each visit.
 *
 * @param initial the theme that the server rendered
 * @returns the theme and a function that switches to the next one
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
