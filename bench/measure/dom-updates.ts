/** Counts the changes of a page's document, and makes as many in an empty page. Each function runs in the page. */

/** Changes a second. */
export interface DomUpdates {
  /** Moments with changes, at least 50 ms apart. */
  batches: number;
  /** Nodes that were added or removed. */
  childList: number;
  attributes: number;
  characterData: number;
}

interface UpdateCount extends DomUpdates {
  begun: number;
  last: number;
}

declare global {
  interface Window {
    updateCount: UpdateCount;
  }
}

/** Begins to count. */
export function countUpdates(): void {
  const count = { batches: 0, childList: 0, attributes: 0, characterData: 0, begun: performance.now(), last: 0 };
  window.updateCount = count;
  new MutationObserver((records) => {
    const now = performance.now();
    if (now - count.last >= 50) count.batches += 1;
    count.last = now;
    for (const { type, addedNodes, removedNodes } of records) {
      count[type] += type === 'childList' ? addedNodes.length + removedNodes.length : 1;
    }
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}

/** @returns the rates since `countUpdates` */
export function updatesSince(): DomUpdates {
  const { begun, batches, childList, attributes, characterData } = window.updateCount;
  const seconds = (performance.now() - begun) / 1000;
  return {
    batches: batches / seconds,
    childList: childList / seconds,
    attributes: attributes / seconds,
    characterData: characterData / seconds,
  };
}

/** Makes changes at these rates in an empty document until it is left: rows of a list, their attributes and texts. */
export function replayUpdates({ batches, childList, attributes, characterData }: DomUpdates): void {
  const list = document.body.appendChild(document.createElement('ul'));
  let serial = 0;
  const addRow = () => {
    const row = list.appendChild(document.createElement('li'));
    row.append(`agent-${serial % 10} message number ${serial++}`);
  };
  for (let index = 0; index < 60; index++) addRow();
  const owed = { childList: 0, attributes: 0, characterData: 0 };
  const take = (kind: keyof typeof owed, rate: number) => {
    owed[kind] += rate / batches;
    const whole = Math.floor(owed[kind]);
    owed[kind] -= whole;
    return whole;
  };
  setInterval(() => {
    // A row that is added and one that is removed are two changes.
    for (let left = take('childList', childList); left >= 2; left -= 2) {
      addRow();
      list.firstElementChild?.remove();
    }
    for (let left = take('attributes', attributes); left > 0; left--) {
      list.children[left % list.children.length]?.setAttribute('data-serial', String(serial++));
    }
    for (let left = take('characterData', characterData); left > 0; left--) {
      const text = list.children[left % list.children.length]?.firstChild;
      if (text) text.nodeValue = `agent-${left % 10} message number ${serial++}`;
    }
  }, 1000 / batches);
}
