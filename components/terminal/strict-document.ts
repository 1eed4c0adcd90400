/**
 * A document for xterm.js under the page's security policy, which allows no inline style. xterm draws with elements:
 * it adds `<style>` elements and sets `style` attributes, and browsers ignore both. This document gives each `<style>`
 * the page's nonce, and spans that set their style through the CSSOM, which the policy allows.
 */

/** @returns the document; all but the creation of elements is the page's own */
export function strictDocument(): Document {
  const nonce = pageNonce();
  const createElement = (name: string): HTMLElement => {
    const element = document.createElement(name);
    if (name === 'style') element.nonce = nonce;
    if (name === 'span') element.setAttribute = setAttribute;
    return element;
  };
  return new Proxy(document, {
    get: (target, name) => {
      if (name === 'createElement') return createElement;
      const value: unknown = Reflect.get(target, name, target);
      // The browser's own functions refuse another receiver.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Browsers hide the attribute, not the property. Empty in the development server, which allows inline styles. */
function pageNonce(): string {
  return document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}
