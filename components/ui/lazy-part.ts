import {
  type ComponentType,
  createElement,
  lazy,
  type ReactNode,
  Suspense,
  useState,
  useSyncExternalStore,
} from 'react';
import { startWhenLoaded } from '@/lib/client/start-when-loaded';

/**
 * For this long a failed load counts: an error boundary shows it. Loading again at once would keep the part suspended,
 * and the page would ask for the script without end.
 */
const FAILURE_MS = 1000;

/**
 * A component whose script is loaded when it is first rendered. React remembers a load that has failed, for example
 * while the server restarts; here the error boundary around the part loads it again when it retries.
 *
 * @param load such as `() => import('./chart')`
 */
export function lazyPart<Part extends (props: never) => ReactNode>(load: () => Promise<{ default: Part }>): Part {
  const begin = () =>
    lazy(async () => {
      try {
        return (await load()) as unknown as { default: ComponentType<object> };
      } catch (error) {
        setTimeout(() => {
          current = begin();
        }, FAILURE_MS);
        throw error;
      }
    });
  let current = begin();
  const part = (props: object) => createElement(current, props);
  return part as unknown as Part;
}

const never = () => () => {};

/**
 * A component for a part that nobody waits for, and that the server's page does not have, such as a button that needs a
 * script. It is not there until its script is: the page loads the script when the part is first rendered in the browser,
 * and tries again until the server sends it, so that a server that is away costs no error message.
 * The part must have its place before: what appears moves nothing.
 *
 * @param load such as `() => import('./switch')`
 */
export function latePart<Part extends (props: never) => ReactNode>(load: () => Promise<{ default: Part }>): Part {
  let loaded: ComponentType<object> | null = null;
  let stop: (() => void) | null = null;
  const waiting = new Set<() => void>();
  const arrive = (module: { default: Part }) => {
    loaded = module.default as unknown as ComponentType<object>;
    for (const render of waiting) render();
    return () => {};
  };
  const subscribe = (render: () => void) => {
    waiting.add(render);
    if (loaded === null) stop ??= startWhenLoaded(load, arrive);
    return () => {
      waiting.delete(render);
      if (waiting.size > 0) return;
      stop?.();
      stop = null;
    };
  };
  const part = (props: object) => {
    const Loaded = useSyncExternalStore(
      subscribe,
      () => loaded,
      () => null,
    );
    return Loaded && createElement(Loaded, props);
  };
  return part as unknown as Part;
}

/**
 * As `lazyPart`, for a part that only some pages come with, such as the bar of a past moment. It brings its own Suspense
 * boundary, except in the server's page: React may send the content of a boundary at the end of the page, hidden until
 * a script moves it, so a browser without JavaScript would never show it. There the server and the hydration wait for
 * the script of the part.
 * `preload` loads the script ahead, until the returned function is called: from then on the part is there at once, so that
 * keys typed right after it was opened reach it.
 *
 * @param load such as `() => import('./chart')`
 */
export function lazyServedPart<Part extends (props: never) => ReactNode>(
  load: () => Promise<{ default: Part }>,
): Part & { preload: () => () => void } {
  let loaded: ComponentType<object> | null = null;
  const loadPart = async () => {
    const module = await load();
    loaded = module.default as unknown as ComponentType<object>;
    return module;
  };
  const Lazy = lazyPart(loadPart) as unknown as ComponentType<object>;
  const part = (props: object) => {
    const inPage = useSyncExternalStore(
      never,
      () => false,
      () => true,
    );
    // Both are kept: another parent or another type would mount the part again.
    const [served] = useState(inPage);
    const [Chosen] = useState(() => loaded ?? Lazy);
    const element = createElement(Chosen, props);
    return served ? element : createElement(Suspense, null, element);
  };
  const preload = () => startWhenLoaded(loadPart, () => () => {});
  return Object.assign(part as unknown as Part, { preload });
}
