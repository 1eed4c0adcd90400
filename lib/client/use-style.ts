import { type RefCallback, useCallback } from 'react';

/**
 * Styles an element by script: the page's policy lets no `style` attribute in the HTML count. What must hold before the
 * script runs stands in the `<style>` that the server writes (`firstSizes`).
 *
 * @param property of CSS, or a variable
 * @returns the element's `ref`
 */
export function useStyle(property: string, value: string): RefCallback<HTMLElement> {
  return useCallback(
    (element: HTMLElement | null) => {
      element?.style.setProperty(property, value);
    },
    [property, value],
  );
}
