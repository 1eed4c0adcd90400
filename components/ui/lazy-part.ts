import { type ComponentType, createElement, lazy, type ReactNode } from 'react';

/**
 * A component whose script is loaded when it is first rendered. React remembers a load that has failed, for example
 * while the server restarts; here the next render, of the error boundary around it, loads it again.
 *
 * @param load such as `() => import('./chart')`
 */
export function lazyPart<Part extends (props: never) => ReactNode>(load: () => Promise<{ default: Part }>): Part {
  const begin = () =>
    lazy(async () => {
      try {
        return (await load()) as unknown as { default: ComponentType<object> };
      } catch (error) {
        current = begin();
        throw error;
      }
    });
  let current = begin();
  const part = (props: object) => createElement(current, props);
  return part as unknown as Part;
}
