import { type RefCallback, useCallback } from 'react';

/**
 * Styles an element by script: the page's security policy ignores `style` attributes in the HTML. Sizes that are needed
 * before the script runs are in a `<style>` from the server (`firstSizes`).
 *
 * @param property a CSS property or variable
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
