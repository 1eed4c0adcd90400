/**
 * The script that takes the operator key out of the address of a page, before anything else can see it: it stands in
 * the page itself and runs before every other script. Only the server loads this module.
 */
import { KEY_ARRIVED, KEY_NAME, UNSTORED_KEY } from './operator-key';

/**
 * The link may be opened in a page that is already there, so every change of the fragment is looked at. A damaged key is
 * removed too, and not kept.
 */
export const TAKE_KEY = `(() => {
  const take = () => {
    const parts = location.hash.slice(1).split('&');
    const rest = parts.filter((part) => !part.startsWith('key='));
    if (rest.length === parts.length) return;
    const fragment = rest.length > 0 ? '#' + rest.join('&') : '';
    history.replaceState(history.state, '', location.pathname + location.search + fragment);
    const [, key] = parts.map((part) => /^key=([A-Za-z0-9_-]{43})$/.exec(part)).find(Boolean) || [];
    if (!key) return;
    try {
      localStorage.setItem('${KEY_NAME}', key);
    } catch {
      window['${UNSTORED_KEY}'] = key;
    }
    dispatchEvent(new Event('${KEY_ARRIVED}'));
  };
  addEventListener('popstate', take);
  addEventListener('hashchange', take);
  take();
})()`;
