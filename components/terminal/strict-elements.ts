/**
 * Elements for xterm.js under the page's security policy, which allows no inline style. xterm draws with elements: it
 * adds `<style>` elements and sets `style` attributes, and browsers ignore both. Here each `<style>` gets the page's
 * nonce, and spans set their style through the CSSOM, which the policy allows.
 */
import type { Terminal } from '@xterm/xterm';

interface Internals {
  _core: {
    _renderService: { _renderer: { value?: { _rowFactory?: { _document: Pick<Document, 'createElement'> } } } };
  };
}

/**
 * Opens a terminal so that all its elements keep to the policy.
 *
 * @throws if this version of xterm.js makes its rows in another way
 */
export function openStrictly(terminal: Terminal, place: HTMLElement): void {
  const createElement = strictElements();
  // Its option for another document does not reach all of its parts (6.0.0). It makes every `<style>` while it opens.
  document.createElement = createElement;
  try {
    terminal.open(place);
  } finally {
    // The own property hides the one of all documents.
    Reflect.deleteProperty(document, 'createElement');
  }
  const rows = (terminal as unknown as Internals)._core._renderService._renderer.value?._rowFactory;
  if (!rows) throw new Error('This version of xterm.js makes its rows in another way: see openStrictly().');
  rows._document = { createElement };
}

function strictElements(): typeof document.createElement {
  const nonce = pageNonce();
  const original = document.createElement.bind(document);
  return (name: string, options?: ElementCreationOptions) => {
    const element = original(name, options);
    if (name === 'style') element.nonce = nonce;
    if (name === 'span') element.setAttribute = setAttribute;
    return element;
  };
}

/** Browsers hide the attribute, not the property. Empty in the development server, which allows inline styles. */
function pageNonce(): string {
  return document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}
