/**
 * Lets React work on a page that the browser translates. The translators of Chrome and Edge replace each text node by a
 * `<font>` element. React goes on with the nodes that it has created: what it writes into a replaced node is never
 * seen, and it fails when it removes one or inserts something before one (`NotFoundError`), at any text of the page.
 *
 * Here each replaced node is put back, empty, in front of its translation, so that React finds what it knows. When React
 * writes into the node, the outdated translation is removed; the translator then finds the new text.
 */

const TRANSLATED = 'FONT';

interface Translation {
  node: Text;
  /** The text that the page shows without the translation. */
  original: string;
}

/** Keeps React's text nodes below `root` in place until the returned function is called. */
export function keepTextNodes(root: Node): () => void {
  const keeper = new TextNodeKeeper(root);
  return () => keeper.stop();
}

class TextNodeKeeper {
  readonly #root: Node;
  readonly #observer = new MutationObserver((records) => this.#follow(records));
  /** The translation in front of which a node is kept, and the reverse. */
  readonly #translationOf = new WeakMap<Text, Element>();
  readonly #translations = new WeakMap<Element, Translation>();
  #watchesText = false;

  constructor(root: Node) {
    this.#root = root;
    this.#observer.observe(root, { childList: true, subtree: true });
  }

  stop(): void {
    this.#observer.disconnect();
  }

  #follow(records: readonly MutationRecord[]): void {
    const added = records.flatMap(({ addedNodes }) => [...addedNodes].filter(isTranslation));
    if (added.length === 0 && !this.#watchesText) return;
    const fresh = new Set(added);
    // Texts first: a translator may also write into a node that it has just moved, which is kept only below.
    for (const { type, target } of records) if (type === 'characterData') this.#takeText(target);
    for (const record of records) this.#takeChildren(record, fresh);
    // The records of the changes made here, which are no news.
    this.#observer.takeRecords();
  }

  /** React has written into a kept node: its translation is outdated. */
  #takeText(node: Node): void {
    if (isText(node)) this.#dropTranslation(node);
  }

  #takeChildren(record: MutationRecord, fresh: Set<Element>): void {
    for (const node of record.removedNodes) {
      if (isText(node)) this.#takeRemovedText(node, record, fresh);
      else if (isTranslation(node)) this.#takeRemovedTranslation(node, record, fresh);
    }
  }

  #takeRemovedText(node: Text, record: MutationRecord, fresh: Set<Element>): void {
    const known = this.#translationOf.get(node);
    if (known !== undefined) {
      // React has moved or removed a kept node.
      if (!node.isConnected) this.#dropTranslation(node);
      else if (known !== node.nextSibling) node.after(known);
      return;
    }
    const beside = [...record.addedNodes, record.previousSibling, record.nextSibling];
    const translation = beside.find(
      (other): other is Element => isTranslation(other) && fresh.has(other) && other.parentNode === record.target,
    );
    if (translation === undefined || node.parentNode === record.target) return;
    fresh.delete(translation);
    this.#keep(node, translation, node.data);
  }

  /** The translator shows the original again, or another translation. */
  #takeRemovedTranslation(translation: Element, record: MutationRecord, fresh: Set<Element>): void {
    const kept = this.#translations.get(translation);
    if (kept === undefined || translation.isConnected || this.#translationOf.get(kept.node) !== translation) return;
    const { node, original } = kept;
    this.#translationOf.delete(node);
    const replacements = [...record.addedNodes].filter((added) => added !== node && added.parentNode === record.target);
    const next = replacements.find((added): added is Element => isTranslation(added) && fresh.has(added));
    if (next !== undefined) {
      fresh.delete(next);
      this.#keep(node, next, original);
    } else if (node.isConnected) {
      node.data = original;
      // Otherwise the text would be there twice.
      for (const copy of replacements) if (isText(copy)) copy.remove();
    }
  }

  #keep(node: Text, translation: Element, original: string): void {
    // Some translators move the node into their element, where a copy takes its place.
    if (translation.contains(node)) node.replaceWith(node.cloneNode());
    node.data = '';
    translation.before(node);
    this.#translationOf.set(node, translation);
    this.#translations.set(translation, { node, original });
    if (this.#watchesText) return;
    this.#watchesText = true;
    this.#observer.observe(this.#root, { childList: true, subtree: true, characterData: true });
  }

  #dropTranslation(node: Text): void {
    this.#translationOf.get(node)?.remove();
    this.#translationOf.delete(node);
  }
}

function isText(node: Node): node is Text {
  return node.nodeType === Node.TEXT_NODE;
}

function isTranslation(node: Node | null): node is Element {
  return node?.nodeName === TRANSLATED;
}
