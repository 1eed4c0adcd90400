import { type ComponentType, createElement, lazy, type ReactNode } from 'react';

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
